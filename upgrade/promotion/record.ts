import { type PromotionInputs, writeInputs } from "../../infra/plan/promotion";

/** What a promotion record is about. */
export interface RecordSubject {
  readonly stack: string;
  readonly release: string;
  readonly attempt: number;
  readonly inputs: PromotionInputs;
  /** What was looked at; all of it holds. */
  readonly checks: readonly { readonly name: string; readonly holds: boolean; readonly detail: string }[];
  /** Time limits computed from the rehearsal, by parameter. */
  readonly limits: Readonly<Record<string, string>>;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** The promotion record: an evidence document (docs/contracts.md, 5) of the stack that is promoted to. */
export function promotionDocument(subject: RecordSubject): string {
  const { stack, release, attempt, inputs, checks, limits, startedAt, finishedAt } = subject;
  return `${JSON.stringify(
    {
      version: 1,
      step: "promotion",
      stack,
      release,
      attempt,
      verdict: "passed",
      startedAt: startedAt.toISOString(),
      finishedAt: finishedAt.toISOString(),
      summary: `${release} was proved in ${inputs.from} and may be introduced in ${stack}; approved by ${inputs.approver} (${inputs.ticket})`,
      checks,
      figures: { limits },
      inputs: writeInputs(inputs),
      previous: inputs.steps.switched ?? null,
    },
    null,
    2,
  )}\n`;
}

export const promotionKey = (stack: string, release: string, attempt: number): string =>
  `${stack}/${release}/${attempt}/promotion.json`;
