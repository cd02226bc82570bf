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

interface Written {
  state: ResourceState;
  /** The state as it was then. */
  copy: ResourceState;
  text: string;
}

/** So many resources are kept as the bytes they are written as, until one of them changes. */
const BLOCK = 50;

/**
 * Writes the whole state after every step. Each resource is serialised once for each change; what happens while one
 * write is under way is joined into the next, so that many steps at once do not cost a write each.
 */
export class CheckpointWriter implements SnapshotWriter {
  private readonly cache = new WeakMap<ResourceState, Written>();
  private readonly blocks = new WeakMap<ResourceState, { written: Written[]; bytes: Buffer }>();
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
        await this.backend.saveBytes(this.stack, this.bytes(current()));
        for (const { done } of waiting) done();
      } catch (error) {
        for (const { failed } of waiting) failed(error);
      }
    }
    this.writing = false;
  }

  private bytes(state: Snapshot): Buffer[] {
    const renamed = new Map<string, string>();
    for (const { urn, aliases } of state.resources) for (const alias of aliases) renamed.set(alias, urn);
    const name = JSON.stringify(`organization/${this.stack.project}/${this.stack.name}`);
    const provider = JSON.stringify({ type: "passphrase", state: { salt: this.secrets.salt } });
    const parts: Buffer[] = [
      Buffer.from(
        `{"version":3,"checkpoint":{"stack":${name},"latest":{"manifest":${JSON.stringify(manifest())},"secrets_providers":${provider}`,
      ),
    ];
    for (let at = 0; at < state.resources.length; at += BLOCK) {
      parts.push(at === 0 ? START : COMMA);
      parts.push(this.block(state.resources.slice(at, at + BLOCK), renamed));
    }
    const pending = state.pending.map(
      ({ resource, type }) => `{"resource":${this.resource(resource, renamed)},"type":"${type}"}`,
    );
    const end = state.resources.length > 0 ? "]" : "";
    const operations = pending.length > 0 ? `,"pending_operations":[${pending.join(",")}]` : "";
    parts.push(Buffer.from(`${end}${operations},"metadata":{}}}}`));
    return parts;
  }

  private block(states: readonly ResourceState[], renamed: ReadonlyMap<string, string>): Buffer {
    if (renamed.size > 0) return Buffer.from(states.map((state) => this.resource(state, renamed)).join(","));
    const first = states[0] as ResourceState;
    const known = this.blocks.get(first);
    if (known?.written.length === states.length && known.written.every((each, i) => isStill(each, states[i])))
      return known.bytes;
    const written = states.map((state) => this.written(state));
    const bytes = Buffer.from(written.map(({ text }) => text).join(","));
    this.blocks.set(first, { written, bytes });
    return bytes;
  }

  private written(state: ResourceState): Written {
    const cached = this.cache.get(state);
    if (cached && isStill(cached, state)) return cached;
    const written = { state, copy: { ...state }, text: this.serialize(state) };
    this.cache.set(state, written);
    return written;
  }

  private resource(state: ResourceState, renamed: ReadonlyMap<string, string>): string {
    const current = withNewUrns(state, renamed);
    return current === state ? this.written(state).text : this.serialize(current);
  }

  private serialize(state: ResourceState): string {
    return JSON.stringify(serializeResource({ ...state, aliases: [] }, { seal: this.secrets.crypter }));
  }
}

const START = Buffer.from(',"resources":[');
const COMMA = Buffer.from(",");

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
function isStill({ state, copy }: Written, now: ResourceState | undefined): boolean {
  if (state !== now) return false;
  for (const key in state)
    if (copy[key as keyof ResourceState] !== state[key as keyof ResourceState]) return false;
  return true;
}
