import type { Parameters } from "../../infra/parameters";
import { planUpgrade } from "../../infra/plan";
import { judgeEarlier, type Proof, type Proofs } from "../../infra/plan/proofs";
import { seconds, spoken } from "../../infra/units";
import type { Manifest } from "../../releases/manifest";
import type { Turn } from "../path";

/** A document as the stack's outputs describe it. */
export interface StepOutput {
  readonly verdict: string;
  readonly digest: string;
  readonly finishedAt: string;
  readonly key: string;
}

/** Documents as the planner judges them. */
export function proofsOf(steps: Readonly<Record<string, StepOutput>>): Proofs {
  return Object.fromEntries(
    Object.entries(steps).map(([step, { key, verdict, finishedAt }]): [string, Proof] => {
      const [, release = "", attempt = "0"] = /([^/]+)\/(\d+)\/[^/]+\.json$/.exec(key) ?? [];
      return [
        step,
        {
          key,
          step,
          release,
          attempt: Number(attempt),
          verdict,
          finishedAt,
          startedAt: finishedAt,
          failed: [],
        },
      ];
    }),
  );
}

/** What the program would refuse the turn for, judged by the same rules; proofs the turn makes itself are not among it. */
export function missingProofs(
  parameters: Parameters,
  manifests: Readonly<Record<string, Manifest>>,
  stack: string,
  steps: Readonly<Record<string, StepOutput>>,
  turn: Turn,
  now: Date,
): string[] {
  const turned: Parameters = {
    ...parameters,
    phase: turn.phase,
    edge: { ...parameters.edge, weight: turn.weight ?? parameters.edge.weight },
  };
  return judgeEarlier(planUpgrade(turned, manifests, stack), proofsOf(steps), now);
}

/** When the soak period ends; undefined before the switch is recorded. */
export function soakEnds(
  { soak }: Parameters,
  steps: Readonly<Record<string, StepOutput>>,
): Date | undefined {
  const switched = steps.switched;
  if (switched === undefined || switched.verdict !== "passed") return undefined;
  return new Date(Date.parse(switched.finishedAt) + seconds(soak.period) * 1000);
}

export const ageOf = (finishedAt: string, now: Date): string =>
  `${spoken((now.getTime() - Date.parse(finishedAt)) / 1000)} ago`;
