import type { PolicyResource } from "@pulumi/policy";
import type { Properties } from "../frame/rule";

/** The resource a program registers to tell packs where the dial stands, who approved, and what is proved. */
export const UPGRADE = "order-upgrade:upgrade:Upgrade";

/** The facts of the upgrade for a rule about relations; without them only `upg-facts-present` speaks. */
export const upgradeIn = (resources: readonly PolicyResource[]): Properties | undefined =>
  resources.find(({ type }) => type === UPGRADE)?.props;

export const isProduction = (facts: Properties): boolean =>
  facts.environment !== "development" && facts.environment !== "staging";

/** The document that ends a phase: with it the phase is entered, and staying in it is no new step. */
const ENDED_BY: Readonly<Record<string, string>> = {
  prepared: "baseline",
  migrated: "migrate",
  staged: "verify",
  live: "switched",
  complete: "contract",
  reverted: "revert",
};

/** Whether an earlier update of this attempt took the step already, so that this one only keeps it. */
export function isEntered(facts: Properties): boolean {
  const { phase, attempt, proofs } = facts;
  const end = proofs?.[ENDED_BY[phase as string] ?? ""];
  if (end === undefined || end.verdict !== "passed") return false;
  if (!String(end.key).includes(`/${attempt}/`)) return false;
  const later = (step: string): boolean =>
    phase !== "reverted" && proofs[step] !== undefined && proofs[step].finishedAt > end.finishedAt;
  // A verification after the switch was recorded: the dial went back in between.
  return !later("revert") && !(phase === "live" && later("verify"));
}

/** The moment to which documents must be fresh: now, or when the phase was entered. */
export const judgedAt = (facts: Properties, now: Date): Date =>
  facts.phase === "live" && isEntered(facts) ? new Date(String(facts.proofs.switched.finishedAt)) : now;

/** Why a document does not prove its step; undefined when it does. */
export function faultOf(
  facts: Properties,
  step: string,
  freshness?: { readonly seconds: unknown; readonly at: Date },
): string | undefined {
  const proof = facts.proofs?.[step];
  if (proof === undefined) return `No evidence of ${step}.`;
  if (proof.verdict !== "passed") return `The evidence of ${step} says "${proof.verdict}".`;
  const finished = Date.parse(String(proof.finishedAt));
  if (Number.isNaN(finished)) return `The evidence of ${step} does not say when it was finished.`;
  const reverted = facts.proofs.revert;
  if (reverted !== undefined && Date.parse(String(reverted.finishedAt)) > finished)
    return `The evidence of ${step} is older than the last revert.`;
  if (freshness === undefined) return undefined;
  const age = Math.round((freshness.at.getTime() - finished) / 1000);
  if (age < -SKEW_SECONDS) return `The evidence of ${step} comes from the future.`;
  if (typeof freshness.seconds !== "number") return `Nothing says how old the evidence of ${step} may be.`;
  if (age > freshness.seconds)
    return `The evidence of ${step} is ${age} s old, at most ${freshness.seconds} s are allowed.`;
  return undefined;
}

/** Clocks may differ this much. */
const SKEW_SECONDS = 60;

/**
 * Call before blaming a resource for what it does not wait for: in a preview in which the proofs are not known, whatever
 * waits for them shows no dependencies, so the order is not decided. Throws then, as any unknown value does.
 */
export const decidedOrder = (facts: Properties): boolean => facts.proofs !== null;
