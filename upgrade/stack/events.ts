import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";

/** What an operator wants to see of an update: each change as it begins and ends, and everything that went wrong. */
export type Observation =
  | {
      readonly kind: "begin" | "done";
      readonly operation: OpType;
      readonly type: string;
      readonly name: string;
      readonly seconds: number;
    }
  | {
      readonly kind: "failed";
      readonly operation: OpType;
      readonly type: string;
      readonly name: string;
      readonly seconds: number;
    }
  | {
      readonly kind: "message";
      readonly severity: "info" | "warning" | "error";
      readonly text: string;
      readonly name: string | undefined;
    }
  | {
      readonly kind: "violation";
      readonly mandatory: boolean;
      readonly policy: string;
      readonly pack: string;
      readonly text: string;
      readonly name: string | undefined;
    };

const TERMINAL_SEQUENCE = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

const QUIET: ReadonlySet<string> = new Set([
  "same",
  "read",
  "read-discard",
  "discard-replaced",
  "remove-pending-replace",
]);

/** Turns the engine's event stream into observations; keeps the time at which each step began. */
export class EventReader {
  /** Resources by operation, such as {"create": 3, "same": 90}; the engine tells at the end. */
  changes: Readonly<Record<string, number>> = {};
  /** Whether the engine has told anything: it does not when it cannot begin, as with a wrong passphrase. */
  heard = false;
  private readonly begun = new Map<string, number>();

  constructor(private readonly observe: (observation: Observation) => void) {}

  readonly read = (event: EngineEvent): void => {
    this.heard = true;
    this.readStep(event);
    const { diagnosticEvent: message, policyEvent: violation, summaryEvent: summary } = event;
    if (summary !== undefined)
      this.changes = Object.fromEntries(
        Object.entries(summary.resourceChanges).map(([operation, count]) => [operation, count ?? 0]),
      );
    if (message !== undefined && message.ephemeral !== true && message.severity !== "info#err") {
      const text = plain(message.message);
      if (text !== "")
        this.observe({
          kind: "message",
          severity: message.severity as "info",
          text,
          name: nameOf(message.urn),
        });
    }
    if (violation !== undefined) {
      this.observe({
        kind: "violation",
        mandatory: violation.enforcementLevel === "mandatory",
        policy: violation.policyName,
        pack: violation.policyPackName,
        text: plain(violation.message),
        name: nameOf(violation.resourceUrn),
      });
    }
  };

  private readStep(event: EngineEvent): void {
    const step = event.resourcePreEvent ?? event.resOutputsEvent ?? event.resOpFailedEvent;
    if (
      step === undefined ||
      QUIET.has(step.metadata.op) ||
      (step.metadata.logical === true && step.metadata.op.startsWith("replace"))
    )
      return;
    const { op: operation, urn, type } = step.metadata;
    // Components are frames around what is really made.
    if ((step.metadata.new ?? step.metadata.old)?.custom !== true) return;
    if (type.startsWith("pulumi:")) return;
    const key = `${operation} ${urn}`;
    const name = nameOf(urn) ?? urn;
    if (event.resourcePreEvent !== undefined) {
      this.begun.set(key, Date.now());
      this.observe({ kind: "begin", operation, type, name, seconds: 0 });
      return;
    }
    const seconds = (Date.now() - (this.begun.get(key) ?? Date.now())) / 1000;
    this.observe({
      kind: event.resOpFailedEvent === undefined ? "done" : "failed",
      operation,
      type,
      name,
      seconds,
    });
  }
}

const nameOf = (urn: string | undefined): string | undefined =>
  urn === undefined || urn === "" ? undefined : urn.split("::").at(-1);

/** Without the engine's colour tags `<{%reset%}>` and terminal sequences. */
const plain = (text: string): string =>
  text
    .replace(/<\{%[a-z0-9 -]*%\}>/g, "")
    .replace(TERMINAL_SEQUENCE, "")
    .trim();
