import type { PropertyDiff } from "../../host/provider";
import type { ResourceState } from "../../resource/state";
import { afterHooks } from "../after-hooks";
import type { Deployment } from "../deployment";
import type { Registration } from "../events";
import { withErrorHooks } from "../retries";
import type { Step, StepOutcome } from "../step";

export interface Replacement {
  old: ResourceState;
  keys?: string[] | undefined;
  diffs?: string[] | undefined;
  detailedDiff?: Record<string, PropertyDiff> | undefined;
  /** The old resource is deleted at the end of the update. */
  pendingDelete: boolean;
}

export class CreateStep implements Step {
  readonly op: "create" | "create-replacement";
  readonly logical: boolean;
  readonly old: ResourceState | undefined;

  constructor(
    private readonly deployment: Deployment,
    private readonly registration: Registration,
    readonly next: ResourceState,
    private readonly replacement?: Replacement,
  ) {
    this.op = replacement ? "create-replacement" : "create";
    this.logical = !replacement;
    this.old = replacement?.old;
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
  get keys(): string[] | undefined {
    return this.replacement?.keys;
  }
  get diffs(): string[] | undefined {
    return this.replacement?.diffs;
  }
  get detailedDiff(): Record<string, PropertyDiff> | undefined {
    return this.replacement?.detailedDiff;
  }

  async apply(): Promise<StepOutcome> {
    const state = this.next;
    const preview = this.deployment.options.dryRun;
    await this.deployment.hooks.run("BeforeCreate", { state, newInputs: state.inputs });
    let partial: Error | undefined;
    if (state.custom) {
      const provider = this.deployment.providerFor(this);
      const result = await withErrorHooks(
        this.deployment,
        { state, operation: "create", newInputs: state.inputs },
        () =>
          provider.create({
            urn: this.urn,
            inputs: state.inputs,
            timeout: state.customTimeouts.create ?? 0,
            preview,
          }),
      );
      if (!preview && !result.id) throw new Error("provider did not return an ID from Create");
      state.id = result.id;
      state.outputs = result.outputs;
      state.refreshBeforeUpdate = result.refreshBeforeUpdate ?? false;
      if (result.partial) {
        state.initErrors = result.partial.reasons;
        partial = new Error(result.partial.message);
      }
    }
    state.created = state.modified = new Date().toISOString();
    if (this.replacement?.pendingDelete) this.replacement.old.delete = true;
    if (partial) return { partial };
    if (state.custom)
      await afterHooks(this.deployment, "AfterCreate", {
        state,
        newInputs: state.inputs,
        newOutputs: state.outputs,
      });
    return { complete: () => this.registration.done({ state, result: "success" }) };
  }
  fail(): void {
    this.registration.done({ state: this.next, result: "failed" });
  }
  skip(): void {
    this.registration.done({ state: this.next, result: "skipped" });
  }
}
