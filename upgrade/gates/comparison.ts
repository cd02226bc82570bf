import type { Parameters } from "../../infra/parameters";
import { seconds, spoken } from "../../infra/units";
import type { StoredDocument } from "../evidence/bucket";
import { type Finding, failed, passed, unknown } from "./finding";

/** Steps that compare both data models. */
const COMPARING = new Set(["migrate", "verify", "reconcile", "soak"]);

/** The newest comparison of both data models, whoever made it, found them equal and is fresh. */
export function judgeComparison(
  documents: readonly StoredDocument[],
  release: string,
  { gates }: Parameters,
  now: Date,
): Finding {
  const compared = documents
    .flatMap(({ key, body }) => {
      try {
        const {
          step,
          release: about,
          verdict,
          finishedAt,
          summary,
        } = JSON.parse(body) as Record<string, string>;
        return about === release && COMPARING.has(step ?? "")
          ? [{ key, step, verdict, summary, finishedAt: Date.parse(finishedAt ?? "") }]
          : [];
      } catch {
        return [
          {
            key,
            step: "?",
            verdict: "damaged",
            summary: "it is not JSON",
            finishedAt: Number.POSITIVE_INFINITY,
          },
        ];
      }
    })
    .sort((a, b) => b.finishedAt - a.finishedAt);
  const [newest] = compared;
  if (newest === undefined)
    return unknown(
      "comparison",
      `no comparison of ${release} is among the evidence.`,
      "turn the dial to migrated first.",
    );
  if (newest.verdict !== "passed")
    return failed(
      "comparison",
      `${newest.key} says "${newest.verdict}": ${newest.summary}.`,
      "npm run migrate -- verify names rows and columns; raise attempt and verify again.",
    );
  const age = (now.getTime() - newest.finishedAt) / 1000;
  return age > seconds(gates.comparisonAge)
    ? failed(
        "comparison",
        `the newest comparison (${newest.key}) is ${spoken(age)} old, at most ${gates.comparisonAge} is allowed.`,
        "see why the CronJob reconcile does not run, or raise attempt and verify again.",
      )
    : passed("comparison", `${newest.step} ${spoken(age)} ago: ${newest.summary}.`);
}
