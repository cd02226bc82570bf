import { createHash } from "node:crypto";
import type { PendingOperation, SnapshotWriter } from "../deploy/snapshot";
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
 * Writes the whole state after every step. Each resource is serialised once for each change; while one write is
 * running, all that follow are joined into the next.
 */
export class CheckpointWriter implements SnapshotWriter {
  private readonly cache = new WeakMap<ResourceState, { copy: ResourceState; text: string }>();
  private next: { resources: readonly ResourceState[]; pending: readonly PendingOperation[] } | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly stack: StackReference,
    private readonly secrets: SecretsManager,
  ) {}

  async write(resources: readonly ResourceState[], pending: readonly PendingOperation[]): Promise<void> {
    this.next = { resources, pending };
    this.running ??= Promise.resolve().then(() => {
      this.running = undefined;
      if (this.next) this.flush(this.next);
      this.next = undefined;
    });
    await this.running;
  }

  private flush(state: { resources: readonly ResourceState[]; pending: readonly PendingOperation[] }): void {
    const name = JSON.stringify(`organization/${this.stack.project}/${this.stack.name}`);
    const provider = JSON.stringify({ type: "passphrase", state: { salt: this.secrets.salt } });
    const parts = [
      `{"version":3,"checkpoint":{"stack":${name},"latest":{"manifest":${JSON.stringify(manifest())},"secrets_providers":${provider}`,
    ];
    if (state.resources.length > 0)
      parts.push(`,"resources":[${state.resources.map((resource) => this.text(resource)).join(",")}]`);
    if (state.pending.length > 0) {
      const pending = state.pending.map(({ resource, type }) => `{"resource":${this.text(resource)},"type":"${type}"}`);
      parts.push(`,"pending_operations":[${pending.join(",")}]`);
    }
    parts.push(`,"metadata":{}}}}`);
    this.backend.saveText(this.stack, parts.join(""));
  }

  private text(state: ResourceState): string {
    const cached = this.cache.get(state);
    if (cached && unchanged(cached.copy, state)) return cached.text;
    const text = JSON.stringify(serializeResource(state, { seal: this.secrets.crypter }));
    this.cache.set(state, { copy: { ...state }, text });
    return text;
  }
}

/** States are changed field by field, never inside a field. */
function unchanged(copy: ResourceState, state: ResourceState): boolean {
  for (const key of Object.keys(state) as (keyof ResourceState)[]) if (copy[key] !== state[key]) return false;
  return true;
}
