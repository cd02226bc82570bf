import type { ResourceState } from "../../resource/state";
import { isProviderType } from "../../resource/urn";
import type { Deployment } from "../deployment";
import type { Registration } from "../events";
import type { Step, StepOutcome } from "../step";

export interface SameOptions {
  /** Not created, because `--target` left it out or the program runs for a destroy. */
  skippedCreate?: boolean;
  untargeted?: boolean;
}

/** Nothing changes; the new registration takes over id and outputs. */
export class SameStep implements Step {
  readonly op = "same";
  readonly logical = true;
  readonly skippedCreate: boolean;
  readonly untargeted: boolean;

  constructor(
    private readonly deployment: Deployment,
    private readonly registration: Registration | undefined,
    readonly old: ResourceState | undefined,
    readonly next: ResourceState,
    options: SameOptions = {},
  ) {
    this.skippedCreate = options.skippedCreate ?? false;
    this.untargeted = options.untargeted ?? false;
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
    const { old } = this;
    if (old) {
      this.next.id = old.id;
      this.next.outputs = old.outputs;
      if (isProviderType(this.type) && !this.skippedCreate && !this.untargeted)
        // The old inputs: a provider that sees no difference keeps working with what it had.
        await this.deployment.providers.same({ ...this.next, inputs: old.inputs }, true);
    }
    return {
      complete: () =>
        this.registration?.done({ state: this.next, result: "success", unknown: this.skippedCreate }),
    };
  }
  fail(): void {
    this.registration?.done({ state: this.next, result: "failed" });
  }
  skip(): void {
    this.registration?.done({ state: this.next, result: "skipped" });
  }
}
