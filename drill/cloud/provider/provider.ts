import type { Values } from "./values";

/**
 * One package of resources (aws, kubernetes, random) as the engine sees it.
 *
 * Property bags hold marked values (see values.ts). In a preview (`preview: true`) nothing may change, and whatever
 * only creation can give – an id, an address, an ARN with a generated part – must be answered as UNKNOWN.
 * A thrown Error is shown to the person as it is: say what is wrong and what to do.
 */
export interface Provider {
  readonly name: string;
  readonly version: string;
  /** Called with the provider's own configuration; throws when it cannot be used. */
  configure?(configuration: Values): Promise<void>;
  /** Validates inputs and fills in defaults, such as a generated name. Runs in previews too. */
  check(request: CheckRequest): Promise<CheckAnswer>;
  diff(request: DiffRequest): Promise<DiffAnswer>;
  create(request: CreateRequest): Promise<CreateAnswer>;
  /** What exists under this id, for refresh, import and `get`; undefined when there is nothing. */
  read(request: ReadRequest): Promise<ReadAnswer | undefined>;
  update(request: UpdateRequest): Promise<Values>;
  /** Deleting what is already gone succeeds. */
  delete(request: DeleteRequest): Promise<void>;
  invoke(request: InvokeRequest): Promise<InvokeAnswer>;
}

/** What every call brings along. */
export interface Call {
  /** Configuration of the provider resource that the call goes through. */
  readonly configuration: Values;
  /** Fires when the engine cancels, or goes away. */
  readonly signal: AbortSignal;
}

export interface ResourceCall extends Call {
  readonly urn: string;
  /** Type token, such as `aws:rds/instance:Instance`. */
  readonly type: string;
  /** The resource's name in the program. */
  readonly name: string;
}

export interface CheckRequest extends ResourceCall {
  /** Inputs as the program gave them. */
  readonly inputs: Values;
  /** Checked inputs of the last update; undefined when the resource is new or replaced. */
  readonly oldInputs: Values | undefined;
  /** The same for the same resource in the preview and in the update that follows: seed of generated names. */
  readonly randomSeed: Uint8Array;
}

export interface CheckFailure {
  /** Path of the property, such as `rules[0].port`; empty when it concerns the whole resource. */
  readonly property: string;
  readonly reason: string;
}

export interface CheckAnswer {
  readonly inputs: Values;
  readonly failures?: readonly CheckFailure[];
}

export interface DiffRequest extends ResourceCall {
  readonly id: string;
  readonly oldInputs: Values;
  readonly oldOutputs: Values;
  readonly inputs: Values;
  readonly ignoreChanges: readonly string[];
}

export type ChangeKind = "add" | "delete" | "update";

export interface PropertyChange {
  readonly kind: ChangeKind;
  readonly replace: boolean;
}

export interface DiffAnswer {
  /** By path, such as `spec.template.spec.containers[0].image`. Empty: nothing changed. */
  readonly changes: Readonly<Record<string, PropertyChange>>;
  /** Delete before the replacement is created, as when both would bear one name. Default false. */
  readonly deleteBeforeReplace?: boolean;
  /** Outputs that surely stay the same. */
  readonly stable?: readonly string[];
}

export interface CreateRequest extends ResourceCall {
  readonly inputs: Values;
  readonly preview: boolean;
  /** Seconds; undefined when the program set none. */
  readonly timeout: number | undefined;
}

export interface CreateAnswer {
  /** Ignored in a preview, where no id may be known. */
  readonly id: string;
  readonly outputs: Values;
}

export interface ReadRequest extends ResourceCall {
  readonly id: string;
  /** What the state says; undefined in an import. */
  readonly inputs: Values | undefined;
  readonly outputs: Values | undefined;
  readonly timeout: number | undefined;
}

export interface ReadAnswer {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
}

export interface UpdateRequest extends ResourceCall {
  readonly id: string;
  readonly oldInputs: Values;
  readonly oldOutputs: Values;
  readonly inputs: Values;
  readonly preview: boolean;
  readonly timeout: number | undefined;
  readonly ignoreChanges: readonly string[];
}

export interface DeleteRequest extends ResourceCall {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
  readonly timeout: number | undefined;
}

export interface InvokeRequest extends Call {
  /** Function token, such as `aws:s3/getObject:getObject`. */
  readonly token: string;
  readonly inputs: Values;
  readonly preview: boolean;
}

export interface InvokeAnswer {
  readonly outputs: Values;
  readonly failures?: readonly CheckFailure[];
}

/**
 * Thrown by create or update when the resource exists but is not what was asked for: it is kept in the state, and the
 * next update tries again.
 */
export class InitialisationFailed extends Error {
  constructor(
    message: string,
    readonly resource: {
      readonly id: string;
      readonly inputs: Values;
      readonly outputs: Values;
      readonly reasons: readonly string[];
    },
  ) {
    super(message);
    this.name = "InitialisationFailed";
  }
}
