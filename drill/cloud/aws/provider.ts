import { randomBytes } from "node:crypto";
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
import type { Draft, Kind, Resource } from "./kind";
import { named } from "./naming";
import { compared, foreseen, madeOutputs } from "./outputs";
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
}

export function createAwsProvider({ version, resources, kinds, invokes, changed }: AwsOptions): Provider {
  const kindOf = ({ type }: ResourceCall): Kind => {
    const kind = kinds.get(type);
    if (kind === undefined)
      throw new Error(
        `The drill cloud has no ${type}: it is not in the tables under drill/cloud/aws. Add its description there, or leave the resource out of the drill.`,
      );
    return kind;
  };

  const refuseTaken = (kind: Kind, draft: Omit<Draft, "id">): void => {
    const wanted = kind.unique?.(draft.inputs, draft.account);
    if (wanted === undefined) return;
    const holder = resources.find(
      kind.token,
      (one) =>
        one.account.id === draft.account.id &&
        one.account.region === draft.account.region &&
        kind.unique?.(one.inputs, one.account) === wanted,
    );
    if (holder !== undefined)
      throw new Error(`${kind.token}: ${wanted} already exists (AlreadyExists), made as ${holder.urn}`);
  };

  return {
    name: "aws",
    version,

    async configure(configuration) {
      accountOf(configuration);
    },

    async check(request: CheckRequest): Promise<CheckAnswer> {
      const kind = kindOf(request);
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
      const unnamed: Omit<Draft, "id"> = {
        token: kind.token,
        urn: request.urn,
        name: request.name,
        account,
        seed: randomBytes(16).toString("hex"),
        createdAt: new Date().toISOString(),
        inputs: request.inputs,
      };
      refuseTaken(kind, unnamed);
      const draft: Draft = { ...unnamed, id: kind.id(unnamed) };
      const extra = await kind.actions?.create(draft, request);
      const outputs = madeOutputs(kind, draft, extra);
      resources.put({ ...draft, outputs });
      try {
        await changed(kind.token);
      } catch (problem) {
        resources.remove(kind.token, draft.id);
        throw problem;
      }
      return { id: draft.id, outputs };
    },

    async update(request: UpdateRequest) {
      const kind = kindOf(request);
      const account = accountIn(request);
      const old = existing(kind, request.id);
      if (request.preview) return foreseen(kind, request.inputs, account, old);
      const { outputs: _before, ...rest } = old;
      const draft: Draft = { ...rest, inputs: request.inputs };
      const extra = await kind.actions?.update?.(draft, old, request);
      const outputs = madeOutputs(kind, draft, { ...kept(kind, old), ...extra });
      resources.put({ ...draft, outputs });
      await changed(kind.token);
      return outputs;
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
      const found = resources.get(kind.token, request.id);
      if (found === undefined) return;
      await kind.actions?.delete?.(found, request);
      resources.remove(kind.token, request.id);
      await changed(kind.token);
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

  function existing(kind: Kind, id: string): Resource {
    const found = resources.get(kind.token, id);
    if (found === undefined)
      throw new Error(
        `${kind.token} ${id} does not exist (NotFound). A refresh brings the state up to date.`,
      );
    return found;
  }
}

/** What an action answered when the resource was made stays its output until an update answers anew. */
function kept(kind: Kind, old: Resource): Values {
  if (kind.actions === undefined) return {};
  return Object.fromEntries(Object.entries(old.outputs).filter(([key]) => !(key in old.inputs)));
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
