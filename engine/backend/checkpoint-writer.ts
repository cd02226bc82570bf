import { createHash } from "node:crypto";
import type { Snapshot, SnapshotWriter } from "../deploy/snapshot";
import { type Deployment, serializeResource } from "../resource/deployment-format";
import type { ResourceState } from "../resource/state";
import type { SecretsManager } from "../secrets/passphrase";
import { VERSION } from "../version";
import type { Backend, StackReference } from "./backend";

export const manifest = (): Deployment["manifest"] => ({
  time: new Date().toISOString(),
  magic: createHash("sha256").update(`v${VERSION}`).digest("hex"),
  version: `v${VERSION}`,
});

/**
 * Writes the whole state after every step. Each resource is serialised once for each change; what happens while one
 * write is under way is joined into the next, so that many steps at once do not cost a write each.
 */
export class CheckpointWriter implements SnapshotWriter {
  private readonly cache = new WeakMap<ResourceState, { copy: ResourceState; text: string }>();
  private waiting: { done: () => void; failed: (error: unknown) => void }[] = [];
  private current: (() => Snapshot) | undefined;
  private writing = false;

  constructor(
    private readonly backend: Backend,
    private readonly stack: StackReference,
    private readonly secrets: SecretsManager,
  ) {}

  write(current: () => Snapshot): Promise<void> {
    this.current = current;
    if (!this.writing) {
      this.writing = true;
      // What else ends in this turn of the event loop belongs to the same write.
      setImmediate(() => void this.work());
    }
    return new Promise((done, failed) => this.waiting.push({ done, failed }));
  }

  private async work(): Promise<void> {
    while (this.current) {
      const [current, waiting] = [this.current, this.waiting];
      this.current = undefined;
      this.waiting = [];
      try {
        await this.backend.saveText(this.stack, this.text(current()));
        for (const { done } of waiting) done();
      } catch (error) {
        for (const { failed } of waiting) failed(error);
      }
    }
    this.writing = false;
  }

  private text(state: Snapshot): string {
    const renamed = new Map<string, string>();
    for (const { urn, aliases } of state.resources) for (const alias of aliases) renamed.set(alias, urn);
    const text = (resource: ResourceState): string => this.resource(resource, renamed);
    const name = JSON.stringify(`organization/${this.stack.project}/${this.stack.name}`);
    const provider = JSON.stringify({ type: "passphrase", state: { salt: this.secrets.salt } });
    const parts = [
      `{"version":3,"checkpoint":{"stack":${name},"latest":{"manifest":${JSON.stringify(manifest())},"secrets_providers":${provider}`,
    ];
    if (state.resources.length > 0) parts.push(`,"resources":[${state.resources.map(text).join(",")}]`);
    if (state.pending.length > 0) {
      const pending = state.pending.map(
        ({ resource, type }) => `{"resource":${text(resource)},"type":"${type}"}`,
      );
      parts.push(`,"pending_operations":[${pending.join(",")}]`);
    }
    parts.push(`,"metadata":{}}}}`);
    return parts.join("");
  }

  private resource(state: ResourceState, renamed: ReadonlyMap<string, string>): string {
    const current = withNewUrns(state, renamed);
    if (current !== state) return this.serialize(current);
    const cached = this.cache.get(state);
    if (cached && unchanged(cached.copy, state)) return cached.text;
    const text = this.serialize(state);
    this.cache.set(state, { copy: { ...state }, text });
    return text;
  }

  private serialize(state: ResourceState): string {
    return JSON.stringify(serializeResource({ ...state, aliases: [] }, { seal: this.secrets.crypter }));
  }
}

/** Once a resource is known under its new URN, everything that refers to the old one follows. */
function withNewUrns(state: ResourceState, renamed: ReadonlyMap<string, string>): ResourceState {
  if (renamed.size === 0) return state;
  let changed = false;
  const now = (urn: string): string => {
    const next = renamed.get(urn);
    changed ||= next !== undefined;
    return next ?? urn;
  };
  const at = state.provider.lastIndexOf("::");
  const provider = state.provider && now(state.provider.slice(0, at)) + state.provider.slice(at);
  const copy: ResourceState = {
    ...state,
    provider,
    parent: now(state.parent),
    dependencies: state.dependencies.map(now),
    propertyDependencies: Object.fromEntries(
      Object.entries(state.propertyDependencies).map(([key, urns]) => [key, urns.map(now)]),
    ),
    deletedWith: now(state.deletedWith),
    replaceWith: state.replaceWith.map(now),
  };
  return changed ? copy : state;
}

/** States are changed field by field, never inside a field. */
function unchanged(copy: ResourceState, state: ResourceState): boolean {
  for (const key of Object.keys(state) as (keyof ResourceState)[]) if (copy[key] !== state[key]) return false;
  return true;
}
