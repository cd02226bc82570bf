import { versionInNames } from "../releases/manifest";
import type { Parameters } from "./parameters";
import { PHASE_TABLE } from "./phases";
import { planJobs } from "./plan/jobs";
import { planOrder } from "./plan/order";
import { planReleases } from "./plan/releases";
import { planRoutes } from "./plan/routes";
import type { GatePlan, JobPlan, Manifests, Plan } from "./plan/types";
import { seconds } from "./units";

export type { Forward, GatePlan, JobPlan, Manifests, Node, Plan, ReleasePlan, RoutePlan } from "./plan/types";

/** Identifier of the database instance when the stack names none. */
export const databaseIdentifier = (parameters: Parameters, stack: string): string =>
  parameters.database.identifier ?? `orders-${stack}`;

/** Says what exists in the position of the dial: releases and weights, Jobs and proofs, and what waits for what. */
export function planUpgrade(parameters: Parameters, manifests: Manifests, stack: string): Plan {
  const { phase, strategy, attempt } = parameters;
  const { current } = parameters.release;
  // A steady stack may already name the next release; it has no effect before the dial is turned.
  const next = phase === "steady" ? undefined : parameters.release.next;
  const weight = parameters.edge.weight;
  const { releases, page: stopped } = planReleases(
    strategy,
    phase,
    current,
    next,
    weight,
    parameters.cluster.autoscaling,
  );
  const page = stopped || parameters.security.containment;
  const jobs = planJobs({ strategy, phase, attempt, current, next, weight });
  return {
    phase,
    strategy,
    attempt,
    current,
    next,
    page,
    releases,
    weights: Object.fromEntries(releases.map((release) => [release.version, release.weight])),
    routes: planRoutes("customers", releases, manifests, page),
    previewRoutes: planRoutes(
      "preview",
      releases.filter(({ preview }) => preview),
      manifests,
      false,
    ),
    snapshot: snapshotOf(parameters, next, stack),
    scratch: phase === "prepared",
    synchronised: phase === "migrated" || phase === "staged" || phase === "live",
    jobs,
    gates: [...earlierProofs(parameters, next), ...ownProofs(jobs)],
    order: planOrder({ strategy, phase, current, next, releases, jobs }),
  };
}

const snapshotOf = (parameters: Parameters, next: string | undefined, stack: string): string | undefined =>
  next === undefined || parameters.phase === "reverted"
    ? undefined
    : `${databaseIdentifier(parameters, stack)}-before-${versionInNames(next)}-${parameters.attempt}`;

/** Documents of earlier phases that this one stands on. Entering `live` they must be fresh. */
function earlierProofs(
  { phase, strategy, backup, verification }: Parameters,
  next: string | undefined,
): GatePlan[] {
  if (next === undefined) return [];
  const limits: Partial<Record<string, number>> =
    phase === "live"
      ? {
          backup: seconds(backup.freshness),
          "restore-check": seconds(backup.freshness),
          verify: seconds(verification.freshness),
        }
      : {};
  return PHASE_TABLE[strategy][phase].needs.map((step) => ({
    step,
    release: next,
    job: undefined,
    freshness: limits[step],
  }));
}

const ownProofs = (jobs: readonly JobPlan[]): GatePlan[] =>
  jobs.map(({ step, release, name }) => ({ step, release, job: name, freshness: undefined }));
