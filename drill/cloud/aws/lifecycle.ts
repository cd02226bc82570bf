import { randomBytes } from "node:crypto";
import type { CreateRequest, DeleteRequest, UpdateRequest } from "../provider/provider";
import type { Values } from "../provider/values";
import type { Account } from "./account";
import type { Claims } from "./claims";
import type { ActionCall, Draft, Kind, Resource } from "./kind";
import { madeOutputs } from "./outputs";
import type { Resources } from "./resources";

export interface LifecycleOptions {
  readonly resources: Resources;
  readonly claims: Claims;
  /** Told of every change, once it is recorded; a failure of it undoes a creation. */
  readonly changed: (token: string) => Promise<void>;
}

/** Makes, changes and removes resources: runs what is run, and records. */
export class Lifecycle {
  constructor(private readonly options: LifecycleOptions) {}

  async create(
    kind: Kind,
    request: CreateRequest,
    account: Account,
  ): Promise<{ id: string; outputs: Values }> {
    const { resources, claims, changed } = this.options;
    const unnamed: Omit<Draft, "id"> = {
      token: kind.token,
      urn: request.urn,
      name: request.name,
      account,
      seed: randomBytes(16).toString("hex"),
      createdAt: new Date().toISOString(),
      inputs: request.inputs,
    };
    const holder = this.holderOf(kind, unnamed);
    if (holder !== undefined) {
      if (!claims.isRepeated(request.urn, holder))
        throw new Error(
          `${kind.token}: ${uniqueOf(kind, holder)} already exists (AlreadyExists), made as ${holder.urn}`,
        );
      return { id: holder.id, outputs: await this.change(kind, holder, request.inputs, request) };
    }
    const draft: Draft = { ...unnamed, id: kind.id(unnamed) };
    const answered = (await kind.actions?.create(draft, request)) ?? {};
    const outputs = madeOutputs(kind, draft, answered);
    resources.put({ ...draft, outputs, answered });
    try {
      await changed(kind.token);
    } catch (problem) {
      resources.remove(kind.token, draft.id);
      throw problem;
    }
    return { id: draft.id, outputs };
  }

  update(kind: Kind, request: UpdateRequest): Promise<Values> {
    return this.change(kind, this.existing(kind, request.id), request.inputs, request);
  }

  async delete(kind: Kind, request: DeleteRequest): Promise<void> {
    const { resources, claims, changed } = this.options;
    const found = resources.get(kind.token, request.id);
    claims.forget(request.urn);
    if (found === undefined) return;
    await kind.actions?.delete?.(found, request);
    resources.remove(kind.token, request.id);
    await changed(kind.token);
  }

  existing(kind: Kind, id: string): Resource {
    const found = this.options.resources.get(kind.token, id);
    if (found === undefined)
      throw new Error(
        `${kind.token} ${id} does not exist (NotFound). A refresh brings the state up to date.`,
      );
    return found;
  }

  private async change(kind: Kind, old: Resource, inputs: Values, call: ActionCall): Promise<Values> {
    const { outputs: _outputs, answered: _answered, ...rest } = old;
    const draft: Draft = { ...rest, inputs };
    // What an action answered stays so until an update answers anew.
    const answered = { ...old.answered, ...(await kind.actions?.update?.(draft, old, call)) };
    const outputs = madeOutputs(kind, draft, answered);
    this.options.resources.put({ ...draft, outputs, answered });
    await this.options.changed(kind.token);
    return outputs;
  }

  /** The resource that has what two of its kind must not share. */
  private holderOf(kind: Kind, draft: Omit<Draft, "id">): Resource | undefined {
    const wanted = uniqueOf(kind, draft);
    if (wanted === undefined) return undefined;
    const { id, region } = draft.account;
    return this.options.resources.find(
      kind.token,
      (one) => one.account.id === id && one.account.region === region && uniqueOf(kind, one) === wanted,
    );
  }
}

function uniqueOf(kind: Kind, { inputs, account }: Pick<Draft, "inputs" | "account">): string | undefined {
  return kind.unique?.(inputs, account);
}
