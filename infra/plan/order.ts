import type { Phase, Strategy } from "../phases";
import type { JobPlan, Node, ReleasePlan } from "./types";

interface Situation {
  readonly strategy: Strategy;
  readonly phase: Phase;
  readonly current: string;
  readonly next: string | undefined;
  readonly releases: readonly ReleasePlan[];
  readonly jobs: readonly JobPlan[];
}

type Edge = readonly [node: Node, after: readonly Node[]];

/** What waits for what. An update creates and changes in this order; what is removed goes at its end. */
export function planOrder(situation: Situation): Record<Node, Node[]> {
  const order: Partial<Record<Node, Node[]>> = {};
  for (const [node, after] of [...everyPhase(situation), ...thisPhase(situation)]) {
    order[node] = [...new Set([...(order[node] ?? []), ...after])];
  }
  const known = new Set<Node>(nodesOf(situation));
  // A table may name what this position does not have, such as the Job of a release that is not installed here.
  return Object.fromEntries(
    (Object.entries(order) as [Node, Node[]][])
      .filter(([node]) => known.has(node))
      .map(([node, after]) => [node, after.filter((one) => known.has(one))]),
  ) as Record<Node, Node[]>;
}

const jobNode = (job: JobPlan): Node => `job:${job.step}:${job.release}`;
const gateNode = (job: JobPlan): Node => `gate:${job.step}:${job.release}`;

function nodesOf({ phase, releases, jobs }: Situation): Node[] {
  return [
    "data-model",
    "routes",
    "preview",
    ...(phase === "steady" || phase === "reverted" ? [] : (["snapshot"] as const)),
    ...(phase === "prepared" ? (["scratch"] as const) : []),
    ...releases.flatMap(({ version }): Node[] => [`services:${version}`, `workers:${version}`]),
    ...jobs.flatMap((job) => [jobNode(job), gateNode(job)]),
    "gate:proofs",
  ];
}

/** What holds wherever the dial stands. */
function everyPhase({ releases, jobs }: Situation): Edge[] {
  const serving = releases
    .filter(({ weight }) => weight > 0)
    .map(({ version }): Node => `services:${version}`);
  return [
    ...jobs.map((job): Edge => [gateNode(job), [jobNode(job)]]),
    ...jobs.filter(({ step }) => step === "install").map((job): Edge => [jobNode(job), ["data-model"]]),
    ...releases.flatMap(({ version }): Edge[] => [
      [`services:${version}`, [`gate:install:${version}`]],
      [`workers:${version}`, [`gate:install:${version}`]],
    ]),
    ["routes", serving],
    ["preview", releases.filter(({ preview }) => preview).map(({ version }): Node => `services:${version}`)],
  ];
}

/** What the position of the dial adds. */
function thisPhase({ strategy, phase, current, next }: Situation): Edge[] {
  if (next === undefined) return [];
  const stopped = strategy === "maintenance";
  switch (phase) {
    case "steady":
      return [];
    case "prepared":
      return [
        ...resume(current),
        [`job:precheck:${next}`, ["routes"]],
        ["snapshot", [`gate:precheck:${next}`]],
        [`job:backup:${next}`, ["snapshot"]],
        ["scratch", ["snapshot"]],
        [`job:restore-check:${next}`, ["scratch", `gate:backup:${next}`]],
        [`job:baseline:${next}`, [`gate:restore-check:${next}`]],
      ];
    case "migrated":
      return [
        [`job:install:${next}`, ["gate:proofs", "snapshot"]],
        [`job:migrate:${next}`, [`gate:install:${next}`]],
        // Stopping business: the page first, then workers until nothing is in flight, then everything else.
        ...(stopped
          ? ([
              ["routes", ["gate:proofs"]],
              [`workers:${current}`, ["routes"]],
              [`job:drain:${current}`, [`workers:${current}`]],
              [`services:${current}`, [`gate:drain:${current}`]],
              [`job:install:${next}`, [`services:${current}`]],
            ] satisfies Edge[])
          : []),
      ];
    case "staged":
      return [
        [`services:${next}`, ["gate:proofs"]],
        [`job:verify:${next}`, [`services:${next}`, `gate:drain:${next}`]],
        ...takeBack(current, next),
      ];
    case "live":
      return [
        [`workers:${current}`, ["gate:proofs"]],
        [`job:drain:${current}`, [`workers:${current}`]],
        [`workers:${next}`, [`gate:drain:${current}`, `services:${next}`]],
        ["routes", ["gate:proofs", `workers:${next}`]],
        [`job:switched:${next}`, ["routes", `workers:${next}`]],
      ];
    case "complete":
      return [
        [`job:soak:${next}`, ["gate:proofs"]],
        ["routes", [`gate:soak:${next}`]],
        [`services:${current}`, ["routes"]],
        [`workers:${current}`, [`gate:soak:${next}`]],
        [`job:contract:${next}`, [`services:${current}`, `workers:${current}`, "snapshot"]],
      ];
    case "reverted":
      return [
        ...takeBack(current, next),
        [`services:${next}`, ["routes"]],
        [`job:revert:${next}`, [`services:${next}`, `gate:drain:${next}`, `workers:${current}`]],
      ];
  }
}

/** Business goes on with a release that may have been down. */
const resume = (release: string): Edge[] => [["routes", [`workers:${release}`]]];

/** Customers first, then the workers of the next release stop; the old ones start when nothing is in flight. */
const takeBack = (current: string, next: string): Edge[] => [
  [`workers:${next}`, ["routes"]],
  [`job:drain:${next}`, [`workers:${next}`]],
  [`workers:${current}`, [`gate:drain:${next}`]],
];
