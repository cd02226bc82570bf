import type { ResourceState } from "../../resource/state";
import { afterHooks } from "../after-hooks";
import type { Deployment } from "../deployment";
import { withErrorHooks } from "../retries";
import { DeleteProtected, type Step, type StepOp, type StepOutcome } from "../step";

export interface DeleteOptions {
  /** One half of a replacement. */
  replacing?: boolean;
  /** The replacement comes after; until then the state remembers that the old resource is gone. */
  pendingReplacement?: boolean;
}

export class DeleteStep implements Step {
  readonly op: StepOp;
  readonly logical: boolean;
  readonly next = undefined;

  constructor(
    private readonly deployment: Deployment,
    /** URNs that are deleted in the same update; deletedWith looks there. */
    private readonly otherDeletions: ReadonlySet<string>,
    readonly old: ResourceState,
    private readonly options: DeleteOptions = {},
  ) {
    const { replacing } = options;
    if (old.external) this.op = replacing ? "discard-replaced" : "discard";
    else this.op = replacing ? "delete-replaced" : "delete";
    this.logical = !replacing;
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

  async apply(): Promise<StepOutcome> {
    const { old, deployment } = this;
    const known = { oldInputs: old.inputs, oldOutputs: old.outputs };
    await deployment.hooks.run("BeforeDelete", { state: old, oldState: old, ...known });
    if (!this.options.replacing && old.protect && !deployment.options.ignoreProtect)
      throw new DeleteProtected(old.urn);
    const goneWithAnother = old.deletedWith !== "" && this.otherDeletions.has(old.deletedWith);
    if (
      !deployment.options.dryRun &&
      old.custom &&
      !old.external &&
      !old.retainOnDelete &&
      !goneWithAnother
    ) {
      const provider = deployment.providerFor(this);
      await withErrorHooks(
        deployment,
        { state: old, oldState: old, operation: "delete", ...known },
        async () => {
          await provider.delete({
            urn: old.urn,
            id: old.id,
            inputs: old.inputs,
            outputs: old.outputs,
            timeout: old.customTimeouts.delete ?? 0,
          });
          return undefined;
        },
      );
    }
    if (this.options.pendingReplacement) old.pendingReplacement = true;
    await afterHooks(deployment, "AfterDelete", { state: old, oldState: old, ...known });
    return { complete: () => {} };
  }
  fail(): void {}
  skip(): void {}
}

/** A delete-before-replace was interrupted and the program no longer wants the resource: only the mark goes. */
export class RemovePendingReplaceStep implements Step {
  readonly op = "remove-pending-replace";
  readonly logical = false;
  readonly next = undefined;
  constructor(readonly old: ResourceState) {}
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
  async apply(): Promise<StepOutcome> {
    return {};
  }
  fail(): void {}
  skip(): void {}
}
