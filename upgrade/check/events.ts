import type { PlannedStep } from "./stateful";

/** A line of an engine's event log, as far as the check reads it. */
export interface LoggedEvent {
  readonly resourcePreEvent?: { readonly metadata: Metadata };
  readonly diagnosticEvent?: { readonly urn?: string; readonly message: string; readonly severity: string };
  readonly policyEvent?: {
    readonly resourceUrn?: string;
    readonly message: string;
    readonly policyName: string;
    readonly policyPackName: string;
    readonly enforcementLevel: string;
    readonly severity?: string;
  };
}

interface Metadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly old: State | null;
  readonly new: State | null;
  readonly diffs?: readonly string[];
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
}

interface State {
  readonly inputs?: Readonly<Record<string, unknown>>;
}

export interface PolicyResult {
  readonly pack: string;
  readonly rule: string;
  readonly message: string;
  readonly resource: string | undefined;
  readonly urn: string | undefined;
  readonly mandatory: boolean;
}

/** What a preview said. */
export interface Preview {
  readonly steps: readonly PlannedStep[];
  readonly violations: readonly PolicyResult[];
  /** Mandatory rules that could not be decided: no pass. */
  readonly undecided: readonly PolicyResult[];
  /** Waivers in use, with the days they still hold. */
  readonly waivers: readonly string[];
  readonly errors: readonly string[];
}

/** What packs write about a mandatory rule that met an unknown value (policies/frame/pack.ts). */
const UNDECIDED = "UNDECIDED: the pull-request check fails";
const WAIVERS_IN_USE = /-waivers-in-use$/;
const TERMINAL_SEQUENCE = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m|<\\{%[a-z0-9 -]*%\\}>`, "g");

/** Reads the lines of an event log. Lines that are no JSON are refused with their number. */
export function readEvents(text: string): LoggedEvent[] {
  return text
    .split("\n")
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, number }) => {
      try {
        return JSON.parse(line) as LoggedEvent;
      } catch {
        throw new Error(`line ${number} of the event log is not JSON`);
      }
    });
}

/** Sorts events into what a reviewer asks for. */
export function summarise(events: readonly LoggedEvent[]): Preview {
  const policies = events.flatMap(({ policyEvent }) => (policyEvent === undefined ? [] : [policyEvent]));
  const results = policies.map(
    ({ resourceUrn, message, policyName, policyPackName, enforcementLevel }): PolicyResult => ({
      pack: policyPackName,
      rule: policyName,
      message: plain(message),
      resource: nameOf(resourceUrn),
      urn: resourceUrn === "" ? undefined : resourceUrn,
      mandatory: enforcementLevel === "mandatory",
    }),
  );
  const isWaiver = ({ rule }: PolicyResult): boolean => WAIVERS_IN_USE.test(rule);
  const isUndecided = ({ message }: PolicyResult): boolean => message.includes(UNDECIDED);
  const undetermined = /can't run policy .* during preview|decided in the update|not decided/;
  return {
    steps: events.flatMap(({ resourcePreEvent }) =>
      resourcePreEvent === undefined ? [] : [stepOf(resourcePreEvent.metadata)],
    ),
    violations: results.filter(
      (one) => !isWaiver(one) && !isUndecided(one) && (one.mandatory || !undetermined.test(one.message)),
    ),
    undecided: results.filter(isUndecided),
    waivers: results.filter(isWaiver).map(({ message }) => message),
    errors: events.flatMap(({ diagnosticEvent }) =>
      diagnosticEvent?.severity === "error" ? [located(diagnosticEvent)] : [],
    ),
  };
}

function stepOf({ op, urn, type, old, new: next, diffs, detailedDiff }: Metadata): PlannedStep {
  return {
    operation: op,
    urn,
    type,
    name: nameOf(urn) ?? urn,
    ...(next?.inputs === undefined ? {} : { inputs: next.inputs }),
    ...(old?.inputs === undefined ? {} : { before: old.inputs }),
    changed:
      Object.keys(detailedDiff ?? {}).length > 0 ? Object.keys(detailedDiff ?? {}) : [...(diffs ?? [])],
  };
}

const located = ({ urn, message }: { readonly urn?: string; readonly message: string }): string => {
  const name = nameOf(urn);
  return name === undefined ? plain(message) : `${name}: ${plain(message)}`;
};

const nameOf = (urn: string | undefined): string | undefined =>
  urn === undefined || urn === "" ? undefined : urn.split("::").at(-1);

const plain = (text: string): string => text.replace(TERMINAL_SEQUENCE, "").trim();
