import type { Diff, PropertyDiff } from "../../host/provider";
import type { ResourceState } from "../../resource/state";
import { afterHooks } from "../after-hooks";
import type { Deployment } from "../deployment";
import type { Registration } from "../events";
import { withErrorHooks } from "../retries";
import type { Step, StepOutcome } from "../step";

export class UpdateStep implements Step {
  readonly op = "update";
  readonly logical = true;

  constructor(
    private readonly deployment: Deployment,
    private readonly registration: Registration,
    readonly old: ResourceState,
    readonly next: ResourceState,
    private readonly diff: Diff,
    private readonly ignoreChanges: string[],
  ) {}
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
  get diffs(): string[] {
    return this.diff.changedKeys;
  }
  get detailedDiff(): Record<string, PropertyDiff> | undefined {
    return this.diff.detailedDiff;
  }

  async apply(): Promise<StepOutcome> {
    const { old, next: state } = this;
    state.id = old.id;
    state.created = old.created;
    state.modified = old.modified;
    const inputs = { newInputs: state.inputs, oldInputs: old.inputs, oldOutputs: old.outputs };
    await this.deployment.hooks.run("BeforeUpdate", { state, oldState: old, ...inputs });
    let partial: Error | undefined;
    if (state.custom) {
      const provider = this.deployment.providerFor(this);
      const result = await withErrorHooks(
        this.deployment,
        { state, oldState: old, operation: "update", ...inputs },
        () =>
          provider.update({
            urn: this.urn,
            id: old.id,
            oldInputs: old.inputs,
            oldOutputs: old.outputs,
            newInputs: state.inputs,
            timeout: state.customTimeouts.update ?? 0,
            ignoreChanges: this.ignoreChanges,
            preview: this.deployment.options.dryRun,
          }),
      );
      state.outputs = result.outputs;
      state.refreshBeforeUpdate = result.refreshBeforeUpdate ?? false;
      state.modified = new Date().toISOString();
      if (result.partial) {
        // What exists was not made with the new inputs; the next update has to try them again.
        state.initErrors = result.partial.reasons;
        partial = new Error(result.partial.message);
        if (!this.deployment.options.dryRun) state.inputs = { ...old.inputs };
      }
    }
    if (partial) return { partial };
    if (old.custom)
      await afterHooks(this.deployment, "AfterUpdate", {
        state,
        oldState: old,
        ...inputs,
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
