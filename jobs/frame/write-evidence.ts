import type { StepResult } from "./result";
import { blot } from "./secrets";
import type { StepName } from "./steps";

export interface EvidenceSubject {
  readonly step: StepName;
  readonly stack: string;
  readonly release: string;
  readonly attempt: number;
}

/** The bytes of a document: what is stored and what its digest is taken of. */
export function writeEvidence(
  subject: EvidenceSubject,
  result: StepResult,
  times: { readonly startedAt: Date; readonly finishedAt: Date },
  previous: string | null,
  secrets: readonly string[],
): Buffer {
  const document = {
    version: 1,
    step: subject.step,
    stack: subject.stack,
    release: subject.release,
    attempt: subject.attempt,
    verdict: result.verdict,
    startedAt: times.startedAt.toISOString(),
    finishedAt: times.finishedAt.toISOString(),
    summary: result.summary,
    checks: result.checks,
    figures: result.figures,
    inputs: result.inputs,
    previous,
  };
  // Secrets are blotted out value by value, so that the document stays JSON whatever a secret looks like.
  const clean = (_key: string, value: unknown): unknown =>
    typeof value === "string" ? blot(value, secrets) : value;
  return Buffer.from(`${JSON.stringify(document, clean, 2)}\n`);
}
