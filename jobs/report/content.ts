import type { Evidence } from "../frame/evidence";
import type { StepName } from "../frame/steps";
import type { Document, Section, Table } from "./document";

/** Order of the steps whose documents name one another. */
export const CHAIN: readonly StepName[] = [
  "precheck",
  "backup",
  "restore-check",
  "baseline",
  "migrate",
  "verify",
  "switched",
  "soak",
  "contract",
];

export interface Proof {
  readonly document: Evidence;
  readonly digest: string;
}

export interface ReportInput {
  readonly stack: string;
  readonly current: string;
  readonly next: string | undefined;
  readonly attempt: number;
  readonly writtenAt: Date;
  readonly proofs: ReadonlyMap<StepName, Proof>;
  /** Name and value, in the order they are shown. */
  readonly business: readonly (readonly [string, string])[];
}

/** What managers want to know: is it well, what was done and proved, what did it cost, what needs attention. */
export function writeReport(input: ReportInput): Document {
  const proofs = CHAIN.flatMap((step) => input.proofs.get(step) ?? []);
  const failed = proofs.filter(({ document }) => document.verdict === "failed");
  const breaks = brokenLinks(input.proofs);
  const good = failed.length === 0 && breaks.length === 0;
  const subject =
    input.next === undefined
      ? `release ${input.current}`
      : `the upgrade from ${input.current} to ${input.next}`;
  return {
    title: `Order system ${input.stack}: ${subject}`,
    verdict: verdictOf(subject, proofs.length, failed.length, breaks),
    good,
    sections: [
      { title: "The business now", table: { columns: ["Figure", "Value"], rows: input.business } },
      ...(proofs.length === 0 ? [] : [stepsSection(proofs)]),
      ...attentionSection(proofs),
      ...performanceSection(input.proofs),
      ...(proofs.length === 0 ? [] : [chainSection(proofs, breaks)]),
      {
        title: "About this report",
        text: `Written ${input.writtenAt.toISOString()} for stack ${input.stack}, attempt ${input.attempt}, from the evidence documents of the upgrade and the database.`,
      },
    ],
  };
}

function verdictOf(subject: string, steps: number, failed: number, breaks: readonly string[]): string {
  if (breaks.length > 0) return `The evidence of ${subject} does not hang together: ${breaks.join("; ")}.`;
  if (failed > 0)
    return `${failed} of ${steps} steps of ${subject} did not pass; customers are served by the release in use.`;
  return steps === 0
    ? `No upgrade is under way; ${subject} serves customers.`
    : `All ${steps} steps of ${subject} so far passed.`;
}

const stepsSection = (proofs: readonly Proof[]): Section => ({
  title: "What was done",
  table: {
    columns: ["Step", "Result", "Finished (UTC)", "Seconds", "What it says"],
    rows: proofs.map(({ document }) => [
      document.step,
      document.verdict,
      document.finishedAt.slice(0, 19).replace("T", " "),
      ((Date.parse(document.finishedAt) - Date.parse(document.startedAt)) / 1000).toFixed(1),
      document.summary,
    ]),
  },
});

function attentionSection(proofs: readonly Proof[]): Section[] {
  const rows = proofs.flatMap(({ document }) =>
    document.checks
      .filter(({ holds }) => !holds)
      .map(({ name, detail }) => [document.step, name, detail ?? ""]),
  );
  return rows.length === 0
    ? []
    : [{ title: "What needs attention", table: { columns: ["Step", "Check", "Why"], rows } }];
}

function performanceSection(proofs: ReportInput["proofs"]): Section[] {
  const before = responseTimes(proofs.get("baseline"));
  const after = responseTimes(proofs.get("soak") ?? proofs.get("verify"));
  if (before.size === 0) return [];
  const table: Table = {
    columns: ["Path", "p50 before", "p50 now", "p95 before", "p95 now"],
    rows: [...before].map(([name, old]) => {
      const now = after.get(name);
      const show = (value: number | null | undefined): string =>
        typeof value === "number" ? `${value.toFixed(1)} ms` : "–";
      return [name, show(old.p50), show(now?.p50), show(old.p95), show(now?.p95)];
    }),
  };
  return [{ title: "Response times", table }];
}

/** Null where no request was answered. */
interface Percentiles {
  readonly p50?: number | null;
  readonly p95?: number | null;
}

function responseTimes(proof: Proof | undefined): Map<string, Percentiles> {
  const figures = (proof?.document.figures.responseTimes ?? {}) as Record<string, Percentiles>;
  return new Map(Object.entries(figures));
}

const chainSection = (proofs: readonly Proof[], breaks: readonly string[]): Section => ({
  title: "Evidence",
  text:
    breaks.length === 0
      ? "Each document names the digest of the one before it, and every digest is right."
      : `The chain is broken: ${breaks.join("; ")}.`,
  table: { columns: ["Step", "Digest"], rows: proofs.map(({ document, digest }) => [document.step, digest]) },
});

/** Documents whose `previous` is not the digest of the document it should be. */
export function brokenLinks(proofs: ReadonlyMap<StepName, Proof>): string[] {
  const digests = new Map([...proofs.values()].map(({ digest, document }) => [digest, document.step]));
  return CHAIN.flatMap((step) => {
    const previous = proofs.get(step)?.document.previous;
    if (previous === undefined || previous === null || digests.has(previous)) return [];
    return [`${step} builds on a document that is not there any more`];
  });
}
