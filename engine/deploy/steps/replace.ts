import type { PropertyDiff } from "../../host/provider";
import type { ResourceState } from "../../resource/state";
import type { Step, StepOutcome } from "../step";

/** Says that a create and a delete are one replacement; does nothing by itself. */
export class ReplaceStep implements Step {
  readonly op = "replace";
  readonly logical = true;
  constructor(
    readonly old: ResourceState,
    readonly next: ResourceState,
    readonly keys?: string[],
    readonly diffs?: string[],
    readonly detailedDiff?: Record<string, PropertyDiff>,
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
  async apply(): Promise<StepOutcome> {
    return { complete: () => {} };
  }
  fail(): void {}
  skip(): void {}
}
