import { writeDocument } from "../output/document";
import { pathTo, phaseNamed, type Turn } from "../path";
import { readDial, turnDial } from "../stack/dial";
import type { FinishedStep } from "../stack/operations";
import { type CommonOptions, type Context, openContext } from "./context";

/** Percent of customers on the new release on the way into `live`; the last is all of them. */
const CANARY = [10, 50, 100];

/** One turn of the dial as it went. */
interface TurnReport extends Turn {
  readonly seconds: number;
  readonly startedAt: string;
  readonly verdict: "passed" | "failed";
  readonly changes: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  /** Every change with its end and duration: what a later upgrade's time limits are taken from. */
  readonly steps: readonly FinishedStep[];
}

/** `run --to PHASE`: turns the dial phase by phase; goes on where an earlier run stopped. */
export async function run(options: CommonOptions & { readonly to: string }): Promise<number> {
  const context = await openContext(options);
  return turnTo(context, options.to, "run");
}

/** Turns the dial until it stands at `to`. Stops at the first update that fails, and says why. */
export async function turnTo(context: Context, to: string, command: string): Promise<number> {
  const { project, console, operations } = context;
  const dial = readDial(project);
  const outputs = await operations.outputs();
  const deployed = {
    phase: outputs.phase?.value as string | undefined,
    weight: weightOf(outputs.weights?.value, dial.next),
  };
  const unfinished =
    deployed.phase !== dial.phase || (dial.phase === "live" && deployed.weight !== dial.weight);
  const turns = pathTo({ phase: dial.phase, weight: dial.weight, unfinished }, to, dial.strategy, CANARY);
  if (turns.length === 0) {
    // The same update again repairs whatever is missing; with nothing missing it changes nothing.
    const phase = phaseNamed(to);
    turns.push(phase === "live" ? { phase, weight: dial.weight } : { phase });
  }
  const reports: TurnReport[] = [];
  for (const turn of turns) {
    const report = await turnOnce(context, turn);
    reports.push(report);
    writeDocument(context.json, {
      version: 1,
      command,
      stack: project.stack,
      engine: { kind: context.engine.kind, version: context.engine.version },
      release: { current: dial.current, next: dial.next ?? null },
      verdict: report.verdict,
      phases: reports,
    });
    if (report.verdict === "failed") {
      console.line(`\nStopped at ${nameOf(turn)}:`);
      for (const problem of report.problems) console.line(`  ${problem.replaceAll("\n", "\n  ")}`);
      console.line(
        `\nNothing after this point was begun. Put the cause right and run the same command again, or go back with: order-upgrade rollback --stack ${project.stack}`,
      );
      return 1;
    }
  }
  console.line(`\n${project.stack} is at ${to}.`);
  return 0;
}

async function turnOnce(context: Context, turn: Turn): Promise<TurnReport> {
  const { project, console, operations } = context;
  turnDial(project, { phase: turn.phase, "edge.weight": turn.weight });
  console.line(`\n${nameOf(turn)}`);
  const startedAt = new Date().toISOString();
  const outcome = await operations.update(`order-upgrade: ${nameOf(turn)}`, console.observe);
  const changed = Object.entries(outcome.changes)
    .filter(([kind]) => kind !== "same")
    .map(([kind, count]) => `${count} ${kind}`);
  if (outcome.succeeded)
    console.line(`  done in ${outcome.seconds.toFixed(1)} s (${changed.join(", ") || "no change"})`);
  return {
    ...turn,
    startedAt,
    seconds: outcome.seconds,
    verdict: outcome.succeeded ? "passed" : "failed",
    changes: outcome.changes,
    problems: outcome.problems,
    steps: outcome.steps,
  };
}

const nameOf = (turn: Turn): string =>
  turn.weight === undefined ? turn.phase : `${turn.phase} (${turn.weight} % on the new release)`;

const weightOf = (weights: unknown, next: string | undefined): number | undefined =>
  next === undefined ? undefined : (weights as Record<string, number> | undefined)?.[next];
