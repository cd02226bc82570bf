import type { ResourceState } from "../../resource/state";
import { deepEquals, isUnknown } from "../../values/value";
import type { Deployment } from "../deployment";
import type { ReadRegistration } from "../events";
import type { Step, StepOutcome } from "../step";

/** Looks a resource up that somebody else manages. Runs in previews too, unless its id is unknown. */
export class ReadStep implements Step {
  readonly op: "read" | "read-replacement";
  readonly logical: boolean;

  constructor(
    private readonly deployment: Deployment,
    private readonly registration: ReadRegistration,
    readonly old: ResourceState | undefined,
    readonly next: ResourceState,
    /** The resource was managed under another id; that one is deleted at the end. */
    private readonly replacing: boolean,
  ) {
    this.op = replacing ? "read-replacement" : "read";
    this.logical = !replacing;
  }
  get urn(): string {
    return this.next.urn;
  }
  get type(): string {
    return this.next.type;
  }
  get provider(): string {
    return this.next.provider;
  }
  get res(): ResourceState {
    return this.next;
  }

  async apply(): Promise<StepOutcome> {
    const { old, next: state } = this;
    let partial: Error | undefined;
    if (!isUnknown(state.id)) {
      const result = await this.deployment.providerFor(this).read({
        urn: state.urn,
        id: state.id,
        inputs: state.inputs,
        state: state.inputs,
        timeout: state.customTimeouts.read ?? 0,
      });
      if (result.partial) {
        state.initErrors = result.partial.reasons;
        partial = new Error(result.partial.message);
      } else if (!result.id) throw new Error(`resource '${state.id}' does not exist`);
      state.outputs = result.outputs;
      if (result.id) state.id = result.id;
    }
    if (this.replacing && old) old.delete = true;
    if (old) {
      state.created = old.created;
      state.modified = old.modified;
      if (!deepEquals(state.inputs, old.inputs) || !deepEquals(state.outputs, old.outputs))
        state.modified = new Date().toISOString();
    }
    return { complete: () => this.registration.done(state), ...(partial && { partial }) };
  }
  fail(): void {
    this.registration.done(this.next);
  }
  skip(): void {
    this.registration.done(this.next);
  }
}
