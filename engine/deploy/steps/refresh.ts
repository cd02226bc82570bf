import { type Diff, noDiff, type PropertyDiff } from "../../host/provider";
import type { ResourceState } from "../../resource/state";
import { isProviderType } from "../../resource/urn";
import { deepEquals } from "../../values/value";
import type { Deployment } from "../deployment";
import { diffResource, invertDiff } from "../diff";
import type { Step, StepOp, StepOutcome } from "../step";

/** Reads what exists and takes it over into the state. */
export class RefreshStep implements Step {
  readonly op = "refresh";
  readonly logical = false;
  private refreshed: ResourceState;
  private deleted = false;
  private diff: Diff = noDiff("none");

  constructor(
    private readonly deployment: Deployment,
    readonly old: ResourceState,
    /** Told about the state that was found; undefined when the resource is gone. Given when a program runs as well. */
    private readonly found?: (state: ResourceState | undefined) => void,
    /** Told that nothing was found out; given together with `found`. */
    private readonly failed?: () => void,
  ) {
    this.refreshed = old;
  }
  get persisted(): boolean {
    return this.found !== undefined;
  }
  get next(): ResourceState | undefined {
    return this.deleted ? undefined : this.refreshed;
  }
  get urn(): string {
    return this.old.urn;
  }
  get type(): string {
    return this.old.type;
  }
  get provider(): string {
    return this.old.provider;
  }
  get res(): ResourceState {
    return this.old;
  }
  get diffs(): string[] {
    return this.diff.changedKeys;
  }
  get detailedDiff(): Record<string, PropertyDiff> | undefined {
    return this.diff.detailedDiff;
  }

  /** What the refresh turned out to be. */
  get resultOp(): StepOp {
    if (this.deleted) return "delete";
    if (this.refreshed === this.old) return "same";
    if (this.old.external) return deepEquals(this.old.outputs, this.refreshed.outputs) ? "same" : "update";
    return this.diff.changes === "none" ? "same" : "update";
  }

  async apply(): Promise<StepOutcome> {
    const { old, deployment } = this;
    const complete = () => this.found?.(this.next);
    if (!old.custom || isProviderType(old.type) || old.pendingReplacement) {
      if (this.found) this.refreshed = { ...old };
      return { complete };
    }
    const provider = deployment.providerFor(this);
    const result = await provider.read({
      urn: old.urn,
      id: old.id,
      inputs: old.inputs,
      state: old.outputs,
      timeout: old.customTimeouts.read ?? 0,
    });
    if (result.partial)
      deployment.diagnostics.warning(
        `Refreshed resource is in an unhealthy state:\n* ${result.partial.reasons.join("\n* ")}`,
        old.urn,
      );
    if (!result.id) {
      this.deleted = true;
      return { complete };
    }
    const inputs = result.inputs ?? old.inputs;
    const changed = !deepEquals(inputs, old.inputs) || !deepEquals(result.outputs, old.outputs);
    this.refreshed = {
      ...old,
      id: result.id,
      initErrors: result.partial?.reasons ?? [],
      refreshBeforeUpdate: result.refreshBeforeUpdate ?? false,
      inputs,
      outputs: result.outputs,
      ...(changed && { modified: new Date().toISOString() }),
    };
    if (!old.external) {
      // What an update with an unchanged program would do, turned round: that is what happened outside.
      const diff = await diffResource(deployment, provider, {
        urn: old.urn,
        id: this.refreshed.id,
        oldInputs: inputs,
        oldOutputs: result.outputs,
        newInputs: old.inputs,
        allowUnknowns: deployment.options.dryRun,
        ignoreChanges: old.ignoreChanges,
      });
      this.diff = invertDiff(diff);
    }
    return { complete };
  }
  fail(): void {
    this.failed?.();
  }
  skip(): void {}
}
