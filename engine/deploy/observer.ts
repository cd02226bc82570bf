import type { PropertyMap } from "../values/value";
import type { Step, StepOp } from "./step";

export type Severity = "debug" | "info" | "info#err" | "warning" | "error";

/** Messages for the user; a URN ties a message to a resource. */
export interface Diagnostics {
  debug(message: string, urn?: string): void;
  info(message: string, urn?: string): void;
  warning(message: string, urn?: string): void;
  error(message: string, urn?: string): void;
}

export interface PolicyViolation {
  policyName: string;
  policyPackName: string;
  policyPackVersion: string;
  description: string;
  message: string;
  enforcementLevel: "advisory" | "mandatory";
  severity: string;
  urn: string;
}
export interface PolicyRemediation {
  policyName: string;
  policyPackName: string;
  policyPackVersion: string;
}

/** Who wants to know what a deployment does: display, event log, counters. */
export interface Observer {
  stepStarted(step: Step): void;
  stepFinished(step: Step, op: StepOp): void;
  stepFailed(step: Step, error: Error): void;
  outputsRegistered(step: Step): void;
  policyViolation(urn: string, violation: PolicyViolation): void;
  policyRemediation(
    urn: string,
    remediation: PolicyRemediation,
    before: PropertyMap,
    after: PropertyMap,
  ): void;
}
