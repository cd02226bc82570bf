import { spoken } from "../../infra/units";
import { compare } from "../check/compare";
import type { Preview } from "../check/events";
import { changesOf, policyText } from "../check/report";
import { lossText, plannedLosses } from "../check/stateful";
import type { StepOutput } from "../evidence/blocks";
import { nameOf } from "../flow/names";
import { positionOf } from "../flow/position";
import { measuredDurations } from "../forecast/durations";
import { EmptyState } from "../forecast/empty-state";
import { TurnedFiles } from "../forecast/turns";
import { writeDocument } from "../output/document";
import { pathTo, type Turn } from "../path";
import { readDial } from "../stack/dial";
import { readParameters } from "../stack/parameters";
import { irreversibleSteps, manifestsOf } from "../stack/releases";
import { type CommonOptions, type Context, openContext } from "./context";
import { canaryOf } from "./run";
import { blocksOf } from "./status";

/** What one turn will do. */
export interface PlannedTurn {
  readonly turn: Turn;
  /** `state`: previewed against what is there; `program`: two positions compared, because the proofs in between do not exist yet. */
  readonly basis: "state" | "program";
  readonly changes: readonly { readonly operation: string; readonly type: string; readonly name: string }[];
  /** What the turn makes undone impossible, and what would be lost. */
  readonly irreversible: readonly string[];
  /** What the packs and the engine say against it; judged for the next turn only. */
  readonly problems: readonly string[];
  readonly blocks: readonly string[];
  /** Seconds it took in the rehearsal; null: not rehearsed. */
  readonly expectedSeconds: number | null;
}

/** `plan`: every turn on the way to a phase, with its changes, before any is made. Changes nothing. */
export async function plan(
  options: CommonOptions & { readonly to: string; readonly canary?: string },
): Promise<number> {
  const context = await openContext(options);
  const { project, operations, console } = context;
  const dial = readDial(project);
  const parameters = readParameters(project);
  const outputs = await operations.outputs();
  const position = positionOf(dial, outputs);
  const turns = pathTo(position, options.to, dial.strategy, canaryOf(dial, options, parameters.edge.canary));
  const durations = measuredDurations(await operations.history());
  const files = new TurnedFiles(project);
  const planned: PlannedTurn[] = [];
  try {
    const previews = await previewAll(context, files, turns, { phase: dial.phase, weight: dial.weight });
    for (const [index, turn] of turns.entries()) {
      const { preview, steps, basis } = previews[index] as Previewed;
      const losses = plannedLosses(steps, dial.confirm);
      planned.push({
        turn,
        basis,
        changes: changesOf(steps.filter(({ type }) => !FRAMES.test(type))).map(
          ({ operation, type, name }) => ({ operation, type, name }),
        ),
        irreversible: [
          ...irreversibleSteps(manifestsOf(project, parameters), dial.next, turn.phase),
          ...losses.map(lossText),
        ],
        problems: [
          ...preview.errors,
          ...preview.violations.filter(({ mandatory }) => mandatory).map(policyText),
        ],
        blocks:
          index === 0
            ? blocksOf(project, (outputs.steps ?? {}) as Record<string, StepOutput>, turn, new Date())
            : [],
        expectedSeconds: durations.get(nameOf(turn)) ?? null,
      });
      for (const line of spokenPlan(planned.at(-1) as PlannedTurn, index)) console.line(line);
    }
  } finally {
    files.remove();
  }
  if (turns.length === 0) console.line(`\n${project.stack} is at ${options.to} already.`);
  const problems = planned.flatMap((one) => [...one.problems, ...one.blocks]);
  writeDocument(context.json, {
    version: 1,
    command: "plan",
    stack: project.stack,
    engine: { kind: context.engine.kind, version: context.engine.version },
    from: dial.phase,
    to: options.to,
    verdict: problems.length === 0 ? "passed" : "failed",
    turns: planned,
  });
  return problems.length === 0 ? 0 : 1;
}

/** Components are frames around what is really made. */
const FRAMES = /^(order-upgrade|pulumi):/;

interface Previewed {
  readonly preview: Preview;
  readonly steps: Preview["steps"];
  readonly basis: PlannedTurn["basis"];
}

/** The next turn against the state; each later one as the difference of what the program wants before and after it. */
async function previewAll(
  { project, engine, operations }: Context,
  files: TurnedFiles,
  turns: readonly Turn[],
  from: Turn,
): Promise<Previewed[]> {
  const [first, ...later] = turns;
  if (first === undefined) return [];
  const confirmed = irreversibleConfirmations(project, turns);
  const next = await operations.preview(files.at(first, confirmed));
  const previews: Previewed[] = [{ preview: next, steps: next.steps, basis: "state" }];
  if (later.length === 0) return previews;
  const empty = await EmptyState.open(project, engine);
  try {
    let before = await empty.preview(files.detached(files.at(first ?? from, confirmed), empty.salt));
    for (const turn of later) {
      const after = await empty.preview(files.detached(files.at(turn, confirmed), empty.salt));
      previews.push({
        preview: { ...after, violations: [] },
        steps: compare(before.steps, after.steps),
        basis: "program",
      });
      before = after;
    }
  } finally {
    empty.remove();
  }
  return previews;
}

/** A plan may show what lies behind a confirmation that was not given yet. */
function irreversibleConfirmations(project: Context["project"], turns: readonly Turn[]): string[] {
  const { next, confirm } = readDial(project);
  const wanted =
    turns.some(({ phase }) => phase === "complete") && next !== undefined ? [`complete ${next}`] : [];
  return [...new Set([...confirm, ...wanted])];
}

function spokenPlan(one: PlannedTurn, index: number): string[] {
  const counts = new Map<string, number>();
  for (const { operation } of one.changes) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  const expected = one.expectedSeconds === null ? "not rehearsed" : `about ${spoken(one.expectedSeconds)}`;
  return [
    `\n${index + 1}. ${nameOf(one.turn)}  (${expected})`,
    `     ${[...counts].map(([operation, count]) => `${count} ${operation}`).join(", ") || "no change"}${one.basis === "state" ? "" : ", by the program"}`,
    ...one.changes
      .filter(({ type }) => /:(Job|Snapshot|Instance|ListenerRule|Deployment)$/.test(type))
      .slice(0, 12)
      .map(({ operation, type, name }) => `       ${operation} ${type.split(":").at(-1)} ${name}`),
    ...one.irreversible.map((what) => `     ! cannot be undone: ${what}`),
    ...one.problems.map((problem) => `     ✗ ${problem}`),
    ...one.blocks.map((problem) => `     ✗ ${problem}`),
  ];
}
