import type { PropertyDiff } from "../host/provider";
import type { ResourceState } from "../resource/state";

export type StepOp =
  | "same"
  | "create"
  | "update"
  | "delete"
  | "replace"
  | "create-replacement"
  | "delete-replaced"
  | "read"
  | "read-replacement"
  | "refresh"
  | "discard"
  | "discard-replaced"
  | "remove-pending-replace"
  | "import"
  | "import-replacement";

/** What became of a registration. */
export interface RegistrationResult {
  state: ResourceState;
  result: "success" | "failed" | "skipped";
  /** The resource was left out (`--target`); its outputs are unknown. */
  unknown?: boolean;
}

export interface StepOutcome {
  /** Told after the new state is saved; lets the program go on. */
  complete?: () => void;
  /** The step was done in part: what exists is saved, and the update fails. */
  partial?: Error;
}

/** One operation on one resource. */
export interface Step {
  readonly op: StepOp;
  readonly urn: string;
  readonly type: string;
  readonly provider: string;
  readonly old: ResourceState | undefined;
  readonly next: ResourceState | undefined;
  /** The state the step is about: the new one, or the old one when nothing follows it. */
  readonly res: ResourceState;
  /** Counted and shown as one change; false for the halves of a replacement. */
  readonly logical: boolean;
  readonly keys?: readonly string[] | undefined;
  readonly diffs?: readonly string[] | undefined;
  readonly detailedDiff?: Record<string, PropertyDiff> | undefined;
  readonly skippedCreate?: boolean;
  readonly untargeted?: boolean;
  /** A refresh whose result a registration waits for: it goes into the state at once. */
  readonly persisted?: boolean;
  /** @throws Error when nothing was done, or nobody knows what */
  apply(): Promise<StepOutcome>;
  fail(): void;
  skip(): void;
}

/** A delete was refused because the resource is protected; other deletes go on. */
export class DeleteProtected extends Error {
  constructor(urn: string) {
    super(
      `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the ` +
        "`protect` flag from the resource in your Pulumi program and run `pulumi up`, or use the command:\n" +
        `\`pulumi state unprotect '${urn}'\``,
    );
  }
}
