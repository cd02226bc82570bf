import type { OperationType } from "../resource/deployment-format";
import type { ResourceState } from "../resource/state";
import { deepEquals, type Value } from "../values/value";
import type { Step } from "./step";

export interface PendingOperation {
  resource: ResourceState;
  type: OperationType;
}

export interface Snapshot {
  resources: readonly ResourceState[];
  pending: readonly PendingOperation[];
}

/** Takes the state as it is when the writing begins, and answers when it is on disk. */
export interface SnapshotWriter {
  write(current: () => Snapshot): Promise<void>;
}

const PENDING: Partial<Record<Step["op"], OperationType>> = {
  create: "creating",
  "create-replacement": "creating",
  update: "updating",
  delete: "deleting",
  "delete-replaced": "deleting",
  discard: "deleting",
  "discard-replaced": "deleting",
  read: "reading",
  "read-replacement": "reading",
  import: "importing",
  "import-replacement": "importing",
};

/**
 * The state as it is at this moment: what this update has finished, in the order it was finished, then what it has not
 * touched. It is written before an operation starts (so that a crash leaves a pending operation) and after it ends.
 */
export class SnapshotManager {
  private readonly finished: (ResourceState | undefined)[] = [];
  private readonly positions = new Map<ResourceState, number>();
  private readonly done = new Set<ResourceState>();
  private readonly operations = new Map<Step, PendingOperation>();

  constructor(
    private base: { resources: ResourceState[]; pending: PendingOperation[] },
    private writer: SnapshotWriter | undefined,
  ) {}

  /** Nothing is written from now on, even when an operation ends that is still running. */
  close(): void {
    this.writer = undefined;
  }

  resources(): ResourceState[] {
    const finished = this.finished.filter((state): state is ResourceState => state !== undefined);
    return [...finished, ...this.base.resources.filter((state) => !this.done.has(state))];
  }

  /** Creates of an earlier, broken run stay pending: nobody knows whether the resource exists. */
  pending(): PendingOperation[] {
    const kept = this.base.pending.filter(({ type }) => type === "creating");
    return [...kept, ...this.operations.values()];
  }

  clearPendingCreates(): void {
    this.base.pending = this.base.pending.filter(({ type }) => type !== "creating");
  }

  /** A refresh gives the update a new state to start from. */
  rebase(resources: ResourceState[]): void {
    this.base.resources = resources;
    this.finished.length = 0;
    this.positions.clear();
    this.done.clear();
  }

  async begin(step: Step): Promise<void> {
    const type = PENDING[step.op];
    if (!type) return;
    // As it is now: while the operation runs, its result must not show in the state yet.
    this.operations.set(step, { resource: { ...(step.next ?? step.res) }, type });
    await this.save();
  }

  async end(step: Step, successful: boolean): Promise<void> {
    this.operations.delete(step);
    let write = true;
    if (successful) write = this.record(step);
    if (write && step.op !== "replace") await this.save();
  }

  /** The outputs of a component or of the stack have arrived. */
  async outputs(step: Step): Promise<void> {
    if (step.old && step.next && deepEquals(step.old.outputs, step.next.outputs)) return;
    await this.save();
  }

  save(): Promise<void> {
    const current = (): Snapshot => ({ resources: this.resources(), pending: this.pending() });
    return this.writer?.write(current) ?? Promise.resolve();
  }

  /** True when the state changed in a way that must be on disk before the program goes on. */
  private record(step: Step): boolean {
    switch (step.op) {
      case "same":
        if (step.skippedCreate || !step.next) return false;
        if (step.old) this.drop(step.old);
        this.add(step.next);
        return !step.old || mustWrite(step.old, step.next);
      case "create":
      case "create-replacement":
        if (step.old?.pendingReplacement) this.drop(step.old);
        this.add(step.res);
        return true;
      case "update":
      case "read":
      case "read-replacement":
        // A replaced resource stays until its deletion; it only carries the mark now.
        if (step.old && !(step.op === "read-replacement" && step.old.delete)) this.drop(step.old);
        this.add(step.res);
        return true;
      case "import":
      case "import-replacement":
        this.add(step.res);
        return true;
      case "delete":
      case "delete-replaced":
      case "discard":
      case "discard-replaced":
        if (!step.res.pendingReplacement) this.drop(step.res);
        return true;
      case "remove-pending-replace":
        this.drop(step.res);
        return true;
      case "refresh":
        if (!step.persisted) return false;
        if (step.old) this.drop(step.old);
        if (step.next) this.add(step.next);
        return true;
      default:
        return false;
    }
  }

  private add(state: ResourceState): void {
    this.positions.set(state, this.finished.length);
    this.finished.push(state);
  }

  private drop(state: ResourceState): void {
    const position = this.positions.get(state);
    if (position === undefined) this.done.add(state);
    else this.finished[position] = undefined;
  }
}

/** What an update must have on disk before it goes on; where a registration stands in the source can wait. */
const COMPARED: (keyof ResourceState)[] = [
  "urn",
  "type",
  "custom",
  "retainOnDelete",
  "provider",
  "parent",
  "deletedWith",
  "protect",
  "taint",
  "inputs",
  "outputs",
  "customTimeouts",
  "replaceWith",
  "propertyDependencies",
  "resourceHooks",
  "ignoreChanges",
  "replaceOnChanges",
  "additionalSecretOutputs",
  "replacementTrigger",
];

function mustWrite(old: ResourceState, now: ResourceState): boolean {
  if (COMPARED.some((key) => !deepEquals(old[key] as Value, now[key] as Value))) return true;
  return !deepEquals([...old.dependencies].sort(), [...now.dependencies].sort());
}
