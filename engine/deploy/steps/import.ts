import type { ResourceState } from "../../resource/state";
import { packageOf } from "../../resource/urn";
import type { Deployment } from "../deployment";
import { applyIgnoreChanges } from "../diff";
import type { Registration } from "../events";
import type { Step, StepOutcome } from "../step";

/** Takes a resource that exists under Pulumi's care; a normal update against the program's inputs follows. */
export class ImportStep implements Step {
  readonly op: "import" | "import-replacement";
  readonly logical: boolean;
  old: ResourceState | undefined;

  constructor(
    private readonly deployment: Deployment,
    private readonly registration: Registration,
    /** The managed resource that makes room, if there is one. */
    readonly original: ResourceState | undefined,
    readonly next: ResourceState,
    private readonly ignoreChanges: string[],
    /** Told what was found; undefined when the import failed and the deployment goes on all the same. */
    private readonly imported: (state: ResourceState | undefined) => void,
  ) {
    this.op = original ? "import-replacement" : "import";
    this.logical = !original;
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
    const state = this.next;
    const found = await this.deployment.providerFor(this).read({
      urn: state.urn,
      id: state.importId,
      inputs: {},
      state: {},
      timeout: state.customTimeouts.read ?? 0,
    });
    if (found.partial) state.initErrors = found.partial.reasons;
    else if (!found.id) throw new Error(`resource '${state.importId}' does not exist`);
    if (!found.inputs)
      throw new Error(
        `provider does not support importing resources; please try updating the '${packageOf(state.type)}' plugin`,
      );
    state.id = found.id || state.importId;
    state.outputs = found.outputs;
    state.refreshBeforeUpdate = found.refreshBeforeUpdate ?? false;
    this.old = {
      ...state,
      inputs: found.inputs,
      additionalSecretOutputs: [],
      aliases: [],
      resourceHooks: {},
    };
    state.inputs = applyIgnoreChanges(
      this.deployment,
      state.urn,
      found.inputs,
      found.inputs,
      this.ignoreChanges,
    );
    state.created = state.modified = new Date().toISOString();
    if (this.original) this.original.delete = true;
    return { complete: () => this.imported(state) };
  }
  fail(): void {
    this.registration.done({ state: this.next, result: "failed" });
    this.imported(undefined);
  }
  skip(): void {
    this.registration.done({ state: this.next, result: "skipped" });
    this.imported(undefined);
  }
}
