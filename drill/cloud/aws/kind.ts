import type { CheckFailure } from "../provider/provider";
import type { Value, Values } from "../provider/values";
import type { Account } from "./account";
import type { Rule } from "./validation/rules";

/** A resource of the account as it is kept between calls. */
export interface Resource {
  readonly token: string;
  readonly id: string;
  readonly urn: string;
  /** Name in the program. */
  readonly name: string;
  readonly account: Account;
  /** 32 random hexadecimal digits of this resource, from which generated parts of ids are cut. */
  readonly seed: string;
  readonly createdAt: string;
  /** Checked inputs, defaults filled in; plain, secrets included. */
  readonly inputs: Values;
  readonly outputs: Values;
  /** The part of the outputs that running it brought. */
  readonly answered?: Values;
}

/** A resource while it is being made or changed: all that its computed properties may depend on. */
export type Draft = Omit<Resource, "outputs" | "answered">;

/**
 * What the drill cloud knows about one type of AWS resource. Most kinds are this description alone: they are validated,
 * answered like AWS would, and recorded. A kind with `actions` runs for real.
 */
export interface Kind {
  /** Such as `aws:kms/key:Key`. */
  readonly token: string;
  readonly required?: readonly string[];
  /** Inputs whose change needs a new resource; a path covers what is below it. */
  readonly replace?: readonly string[];
  /** By path; `[*]` stands for every item of a list. Unknown values are not judged. */
  readonly rules?: Readonly<Record<string, Rule | readonly Rule[]>>;
  /** Rules about several properties at once. Gets plain inputs, which may hold unknown values. */
  readonly together?: (inputs: Values) => readonly CheckFailure[];
  /** The input that carries the resource's own name, generated when the program gives none. */
  readonly naming?: Naming;
  readonly defaults?: Values;
  /** Inputs that are neither stored in outputs nor compared. */
  readonly writeOnly?: readonly string[];
  /** Outputs that are marked as secret. */
  readonly secret?: readonly string[];
  /** Two resources of this kind and account must not share this. */
  readonly unique?: (inputs: Values, account: Account) => string;
  readonly id: (draft: Omit<Draft, "id">) => string;
  /** Properties that AWS answers beyond the inputs. Unknown in the preview of a creation. */
  readonly computed: Readonly<Record<string, (draft: Draft) => Value | undefined>>;
  /** Computed properties that an update may change: unknown in its preview. */
  readonly volatile?: readonly string[];
  /** Inputs that are a wish alone: creation assigns the output, and it stays (the port of a database). */
  readonly assigned?: readonly string[];
  /** Replacements are deleted first, because both would bear one name. Default: when the name is given and the same. */
  readonly deleteFirst?: boolean;
  readonly actions?: Actions;
}

export interface Naming {
  readonly property: string;
  readonly prefixProperty?: string;
  readonly maximum: number;
  readonly lowerCase?: boolean;
}

/** How a kind is run. Outputs answered here are laid over the computed ones. */
export interface Actions {
  create(draft: Draft, call: ActionCall): Promise<Values>;
  update?(draft: Draft, old: Resource, call: ActionCall): Promise<Values>;
  delete?(resource: Resource, call: ActionCall): Promise<void>;
  /** Present outputs; undefined when it has gone. */
  read?(resource: Resource): Promise<Values | undefined>;
}

export interface ActionCall {
  readonly signal: AbortSignal;
  /** Seconds. */
  readonly timeout: number | undefined;
}
