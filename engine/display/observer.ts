import type { Diagnostics, Observer, PolicyRemediation, PolicyViolation, Severity } from "../deploy/observer";
import type { Step, StepOp } from "../deploy/step";
import { RefreshStep } from "../deploy/steps/refresh";
import { isDefaultProvider } from "../resource/urn";
import type { PropertyMap } from "../values/value";
import { type EngineEvent, type Listener, metadataOf } from "./events";

/** Turns what a deployment does into events, and counts the changes. */
export class EventEmitter implements Observer, Diagnostics {
  readonly changes: Record<string, number> = {};
  private steps = 0;

  constructor(
    private readonly listeners: Listener[],
    private readonly options: { preview: boolean; refresh: boolean; debug: boolean },
  ) {}

  emit(event: EngineEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  stepStarted(step: Step): void {
    this.emit({ type: "resourcePre", metadata: metadataOf(step), planning: this.options.preview });
  }

  stepFinished(step: Step, started: StepOp): void {
    let op = started;
    let counted = step.logical;
    if (step instanceof RefreshStep && this.options.refresh) {
      op = step.resultOp;
      counted = true;
    }
    // A resource that is only looked up is no change.
    if (op === "read") counted = this.readChangedSomething(step);
    if (counted && !isDefaultProvider(step.urn)) {
      this.steps++;
      this.changes[op] = (this.changes[op] ?? 0) + 1;
    }
    const { preview } = this.options;
    const shown =
      preview || step.res.custom || op === "delete" || (step.op === "refresh" && this.options.refresh);
    if (shown) this.emit({ type: "resOutputs", metadata: metadataOf(step, op), planning: preview });
  }

  private readChangedSomething({ old, next: state }: Step): boolean {
    return (
      old !== undefined &&
      state !== undefined &&
      JSON.stringify(old.outputs) !== JSON.stringify(state.outputs)
    );
  }

  stepFailed(step: Step, error: Error): void {
    const { preview } = this.options;
    this.error(
      preview ? `Preview failed: ${error.message}` : error.message,
      isDefaultProvider(step.urn) ? "" : step.urn,
    );
    if (!preview) this.emit({ type: "resOpFailed", metadata: metadataOf(step), error, steps: this.steps });
  }

  outputsRegistered(step: Step): void {
    this.emit({ type: "resOutputs", metadata: metadataOf(step), planning: this.options.preview });
  }

  policyViolation(urn: string, violation: PolicyViolation): void {
    this.emit({
      type: "policy",
      urn,
      message: `${violation.message}\n`,
      policyName: violation.policyName,
      packName: violation.policyPackName,
      packVersion: violation.policyPackVersion,
      level: violation.enforcementLevel,
      severity: violation.severity,
    });
  }
  policyRemediation(
    urn: string,
    remediation: PolicyRemediation,
    before: PropertyMap,
    after: PropertyMap,
  ): void {
    this.emit({
      type: "policyRemediation",
      urn,
      policyName: remediation.policyName,
      packName: remediation.policyPackName,
      packVersion: remediation.policyPackVersion,
      before,
      after,
    });
  }

  private say(severity: Severity, prefix: string, message: string, urn: string, ephemeral = false): void {
    const text = message.endsWith("\n") ? message : `${message}\n`;
    this.emit({ type: "diagnostic", urn, severity, prefix, message: text, ephemeral });
  }
  debug(message: string, urn = ""): void {
    if (this.options.debug) this.say("debug", "debug: ", message, urn);
  }
  info(message: string, urn = "", ephemeral = false): void {
    this.say("info", "", message, urn, ephemeral);
  }
  infoError(message: string, urn = ""): void {
    this.say("info#err", "", message, urn);
  }
  warning(message: string, urn = ""): void {
    this.say("warning", "warning: ", message, urn);
  }
  error(message: string, urn = ""): void {
    this.say("error", "error: ", message, urn);
  }
}
