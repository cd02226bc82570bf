/** The closed table of the dial: its positions, who may follow whom, and what each position needs. */

export const PHASES = ["steady", "prepared", "migrated", "staged", "live", "complete", "reverted"] as const;
export type Phase = (typeof PHASES)[number];

export const STRATEGIES = ["blue-green", "maintenance"] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Steps that leave an evidence document, in the order of their chain. */
export const CHAIN = [
  "precheck",
  "backup",
  "restore-check",
  "baseline",
  "migrate",
  "verify",
  "switched",
  "soak",
  "contract",
] as const;
export type ChainStep = (typeof CHAIN)[number];
export type Step = ChainStep | "install" | "drain" | "revert";

export interface PhaseFacts {
  readonly means: string;
  /** Phases the dial may be turned to from here; staying is always allowed. */
  readonly to: readonly Phase[];
  /** Passed documents of earlier phases without which this phase is refused. */
  readonly needs: readonly ChainStep[];
  /** Steps this phase runs itself, in order. */
  readonly runs: readonly Step[];
}

const BLUE_GREEN: Record<Phase, PhaseFacts> = {
  steady: { means: "the current release serves", to: ["prepared"], needs: [], runs: [] },
  prepared: {
    means: "backup taken, restored and compared; performance recorded",
    to: ["migrated", "reverted"],
    needs: [],
    runs: ["precheck", "backup", "restore-check", "baseline"],
  },
  migrated: {
    means: "the new data model stands beside the old one, synchronised both ways and equal",
    to: ["staged", "prepared", "reverted"],
    needs: ["precheck", "backup", "restore-check"],
    runs: ["install", "migrate"],
  },
  staged: {
    means: "the next release runs at full size on the preview address, without customers, and is verified",
    to: ["live", "migrated", "reverted"],
    needs: ["precheck", "backup", "restore-check", "migrate"],
    runs: ["drain", "verify"],
  },
  live: {
    means: "customers are on the next release; the old one is warm",
    to: ["complete", "staged", "reverted"],
    needs: ["backup", "restore-check", "migrate", "verify"],
    runs: ["drain", "switched"],
  },
  complete: {
    means: "the old release and the old data model are gone",
    to: ["steady"],
    needs: ["migrate", "verify", "switched"],
    runs: ["soak", "contract"],
  },
  reverted: {
    means: "the next release, its data model and the synchronisation are gone",
    to: ["steady", "prepared"],
    needs: [],
    runs: ["drain", "revert"],
  },
};

/** The classic way has the same positions. What differs is when customers see the maintenance page (see the planner). */
const MAINTENANCE: Record<Phase, PhaseFacts> = {
  ...BLUE_GREEN,
  migrated: {
    ...BLUE_GREEN.migrated,
    means: "business is stopped, the old release is down, the data is loaded and synchronised both ways",
    runs: ["drain", "install", "migrate"],
  },
  staged: {
    ...BLUE_GREEN.staged,
    means: "business is stopped; the next release runs on the preview address and is verified",
  },
  live: { ...BLUE_GREEN.live, means: "business is resumed on the next release; the old one is down" },
};

export const PHASE_TABLE: Record<Strategy, Record<Phase, PhaseFacts>> = {
  "blue-green": BLUE_GREEN,
  maintenance: MAINTENANCE,
};

/** Positions in which business stands still: no release serves customers, they see the maintenance page. */
export const isStopped = (strategy: Strategy, phase: Phase): boolean =>
  strategy === "maintenance" && (phase === "migrated" || phase === "staged");

/** Phases that have a `next` release. */
export const needsNext = (phase: Phase): boolean => phase !== "steady";

export const mayTurn = (strategy: Strategy, from: Phase, to: Phase): boolean =>
  from === to || PHASE_TABLE[strategy][from].to.includes(to);

/** The confirmation that `complete` asks for, because it cannot be undone. */
export const confirmationOf = (next: string): string => `complete ${next}`;

/** The step whose document the one of `step` names as its previous. */
export function previousStep(step: Step): ChainStep | undefined {
  const position = CHAIN.indexOf(step as ChainStep);
  return position > 0 ? CHAIN[position - 1] : undefined;
}
