import { differences } from "../provider/differences";
import type {
  CheckAnswer,
  CheckRequest,
  CreateRequest,
  DiffAnswer,
  DiffRequest,
  InvokeRequest,
  Provider,
  ReadRequest,
  ResourceCall,
  UpdateRequest,
} from "../provider/provider";
import type { Values } from "../provider/values";
import { type Account, accountOf } from "./account";
import { Claims } from "./claims";
import type { Kind } from "./kind";
import { Lifecycle } from "./lifecycle";
import { named } from "./naming";
import { compared, foreseen } from "./outputs";
import type { Resources } from "./resources";
import { validate } from "./validation/validate";

/** A function such as `aws:s3/getObject:getObject`. Answers undefined outputs never: it throws what AWS would say. */
export type Invoke = (inputs: Values, account: Account) => Promise<Values> | Values;

export interface AwsOptions {
  readonly version: string;
  readonly resources: Resources;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly invokes: ReadonlyMap<string, Invoke>;
  /** Told of every change, once it is recorded; a failure of it undoes a creation. */
  readonly changed: (token: string) => Promise<void>;
  /** Told of the account and the region a program works in. */
  readonly configured: (account: Account) => void;
}

export function createAwsProvider({
  version,
  resources,
  kinds,
  invokes,
  changed,
  configured,
}: AwsOptions): Provider {
  const kindOf = ({ type }: ResourceCall): Kind => {
    const kind = kinds.get(type);
    if (kind === undefined)
      throw new Error(
        `The drill cloud has no ${type}: it is not in the tables under drill/cloud/aws. Add its description there, or leave the resource out of the drill.`,
      );
    return kind;
  };

  const claims = new Claims();
  const lifecycle = new Lifecycle({ resources, claims, changed });

  return {
    name: "aws",
    version,

    async configure(configuration) {
      configured(accountOf(configuration));
    },

    async check(request: CheckRequest): Promise<CheckAnswer> {
      const kind = kindOf(request);
      if (request.oldInputs !== undefined) claims.name(request.urn);
      const given = withoutAbsent(request.inputs);
      const inputs = named(
        kind,
        { ...kind.defaults, ...given },
        request.oldInputs,
        request.name,
        request.randomSeed,
      );
      return { inputs, failures: validate(kind, inputs) };
    },

    async diff(request: DiffRequest): Promise<DiffAnswer> {
      const kind = kindOf(request);
      claims.name(request.urn);
      const [old, now] = [compared(kind, request.oldInputs), compared(kind, request.inputs)];
      const changes = differences(old, now, (path) => replaces(kind, path));
      const property = kind.naming?.property;
      const sameName =
        property !== undefined && old[property] !== undefined && old[property] === now[property];
      return {
        changes,
        deleteBeforeReplace:
          Object.values(changes).some((change) => change.replace) && (kind.deleteFirst ?? sameName),
      };
    },

    async create(request: CreateRequest) {
      const kind = kindOf(request);
      const account = accountIn(request);
      if (request.preview) return { id: "", outputs: foreseen(kind, request.inputs, account, undefined) };
      return claims.inTurn(request.urn, () => lifecycle.create(kind, request, account));
    },

    async update(request: UpdateRequest) {
      const kind = kindOf(request);
      claims.name(request.urn);
      if (request.preview)
        return foreseen(kind, request.inputs, accountIn(request), lifecycle.existing(kind, request.id));
      return claims.inTurn(request.urn, () => lifecycle.update(kind, request));
    },

    async read(request: ReadRequest) {
      const kind = kindOf(request);
      const found = resources.get(kind.token, request.id);
      if (found === undefined) return undefined;
      const present = kind.actions?.read === undefined ? {} : await kind.actions.read(found);
      if (present === undefined) return undefined;
      return { id: found.id, inputs: found.inputs, outputs: { ...found.outputs, ...present } };
    },

    async delete(request) {
      const kind = kindOf(request);
      await claims.inTurn(request.urn, () => lifecycle.delete(kind, request));
    },

    async invoke(request: InvokeRequest) {
      const invoke = invokes.get(request.token);
      if (invoke === undefined)
        throw new Error(
          `The drill cloud has no function ${request.token}: it is not in the table drill/cloud/aws/invokes.`,
        );
      const account = accountOf({ ...request.configuration, ...regionOf(request.inputs) });
      return { outputs: await invoke(withoutAbsent(request.inputs), account) };
    },
  };
}

function accountIn(request: ResourceCall & { readonly inputs: Values }): Account {
  return accountOf({ ...request.configuration, ...regionOf(request.inputs) });
}

/** Every resource may name its own region. */
function regionOf(inputs: Values): Values {
  return typeof inputs.region === "string" ? { region: inputs.region } : {};
}

function withoutAbsent(inputs: Values): Values {
  return Object.fromEntries(
    Object.entries(inputs).filter(([, value]) => value !== undefined && value !== null),
  );
}

function replaces(kind: Kind, path: string): boolean {
  return (kind.replace ?? []).some(
    (one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`),
  );
}
