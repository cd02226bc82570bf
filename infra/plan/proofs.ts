import type { Manifest } from "../../releases/manifest";
import type { ChainStep, Step } from "../phases";
import { spoken } from "../units";
import type { GatePlan, Manifests, Plan } from "./types";

/** What the planner needs of an evidence document. */
export interface Proof {
  readonly key: string;
  readonly step: string;
  readonly release: string;
  readonly attempt: number;
  readonly verdict: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly failed: readonly string[];
}

/** A document, why it could not be read, or that there is none. */
export type Found = Proof | string | undefined;
export type Proofs = Readonly<Partial<Record<Step, Found>>>;

/** Clocks of a node and of the API server may differ this much. */
const CLOCK_SKEW = 60;

/** Phase in which a step's document comes to be: the way out when it is missing. */
const MADE_IN: Record<ChainStep, string> = {
  precheck: "prepared",
  backup: "prepared",
  "restore-check": "prepared",
  baseline: "prepared",
  migrate: "migrated",
  verify: "staged",
  switched: "live",
  soak: "complete",
  contract: "complete",
};

/** Everything that keeps a phase from being entered, judged by the documents that earlier phases left. */
export function judgeEarlier(plan: Plan, proofs: Proofs, now: Date): string[] {
  return plan.gates
    .filter(({ job }) => job === undefined)
    .flatMap((gate) => judgeOne(gate, proofs, enteredAt(plan, proofs, now)));
}

/** The moment freshness counts to: once the switch is recorded, proofs do not grow stale behind it. */
function enteredAt(plan: Plan, proofs: Proofs, now: Date): Date {
  const { switched, verify } = proofs;
  if (plan.phase !== "live" || !isProof(switched) || switched.verdict !== "passed") return now;
  // A verification after the record means that the dial went back in between: this is a new switch.
  if (isProof(verify) && verify.finishedAt > switched.finishedAt) return now;
  return new Date(switched.finishedAt);
}

/** The document that ends a phase of which another stack's proof is asked. */
const ENDS: Readonly<Partial<Record<string, ChainStep>>> = { migrated: "migrate", live: "switched" };

/** Whether an earlier update of this attempt took the step already, so that this one only keeps it. */
export function isEntered({ phase, attempt }: Plan, proofs: Proofs): boolean {
  const end = ENDS[phase];
  const found = end === undefined ? undefined : proofs[end];
  if (!isProof(found) || found.verdict !== "passed" || found.attempt !== attempt) return false;
  const later = (step: Step): boolean => {
    const other = proofs[step];
    return isProof(other) && other.finishedAt > found.finishedAt;
  };
  return !later("revert") && !(phase === "live" && later("verify"));
}

function judgeOne(gate: GatePlan, proofs: Proofs, entered: Date): string[] {
  const phase = MADE_IN[gate.step as ChainStep];
  const found = proofs[gate.step];
  const name = `${gate.step} of ${gate.release}`;
  if (found === undefined) return [`${name}: there is no document. Turn the dial to ${phase} first.`];
  const unsound = judgeDocument(name, found);
  if (unsound !== undefined) return [unsound];
  const proof = found as Proof;
  const { revert } = proofs;
  if (isProof(revert) && revert.finishedAt > proof.finishedAt)
    return [
      `${name}: ${proof.key} is older than the revert of ${revert.finishedAt}. Turn the dial to ${phase} first.`,
    ];
  const age = (entered.getTime() - Date.parse(proof.finishedAt)) / 1000;
  if (gate.freshness !== undefined && age > gate.freshness)
    return [
      `${name}: ${proof.key} is stale: ${spoken(age)} old, at most ${spoken(gate.freshness)} is allowed. Raise attempt and go through ${phase} again.`,
    ];
  return [];
}

/** Judges the document a Job of this update wrote. `jobCreated` tells it from one left by an earlier Job of the same name. */
export function judgeOwn(
  gate: GatePlan,
  found: Proof | string,
  attempt: number,
  jobCreated: string | undefined,
): string[] {
  const name = `${gate.step} of ${gate.release}`;
  const unsound = judgeDocument(name, found);
  if (unsound !== undefined) return [unsound];
  const proof = found as Proof;
  if (proof.step !== gate.step || proof.release !== gate.release || proof.attempt !== attempt)
    return [
      `${name}: ${proof.key} is about ${proof.step} of ${proof.release}, attempt ${proof.attempt}. Raise attempt and run again.`,
    ];
  const created = jobCreated === undefined ? Number.NaN : Date.parse(jobCreated);
  if (Date.parse(proof.finishedAt) + CLOCK_SKEW * 1000 < created)
    return [
      `${name}: ${proof.key} of ${proof.finishedAt} is older than the Job that should have written it. Raise attempt and run again.`,
    ];
  return [];
}

function judgeDocument(name: string, found: Proof | string): string | undefined {
  if (typeof found === "string") return `${name}: ${found}. Raise attempt and run again.`;
  if (found.verdict === "passed") return undefined;
  const checks = found.failed.length === 0 ? "" : ` (${found.failed.join(", ")})`;
  return `${name}: ${found.key} says "${found.verdict}"${checks}. Put right what it names, raise attempt and run again.`;
}

/**
 * Refuses a position that runs a release on data it cannot read (D2): once the old data model is removed, the release
 * that needs it has no way back.
 */
export function judgeDataModel(plan: Plan, manifests: Manifests, contracted: readonly Manifest[]): string[] {
  if (plan.phase === "complete") return [];
  return plan.releases.flatMap(({ version, services, workers }) => {
    if (services === "off" && workers === "off") return [];
    const runsOn = manifests[version]?.dataModel.runsOn;
    const blocking = contracted.find(
      ({ dataModel }) =>
        runsOn !== undefined && (dataModel.version > runsOn.newest || dataModel.version < runsOn.oldest),
    );
    if (runsOn === undefined || blocking === undefined) return [];
    return [
      `release ${version} runs on data models ${runsOn.oldest} to ${runsOn.newest}, but the data is at ${blocking.dataModel.version} since ${blocking.version} was completed. The way is forward: set release.current to ${blocking.version}, remove release.next, phase steady.`,
    ];
  });
}

const isProof = (found: Found): found is Proof => typeof found === "object";
