import type { Context } from "../commands/context";
import { alteredDocuments } from "../evidence/read-back";
import { messageOf } from "../forecast/durations";
import type { Verdict } from "../gates/finding";
import type { Turn } from "../path";
import { Refusal } from "../refusal";
import { isAbandoned, isHere } from "../stack/backend-lock";
import { changesFor, type Dial, readDial, turnDial } from "../stack/dial";
import { type FinishedStep, Occupied, type Outcome } from "../stack/operations";
import type { Project } from "../stack/project";
import { nameOf } from "./names";

/** One turn of the dial as it went. */
export interface TurnReport extends Turn {
  readonly seconds: number;
  readonly startedAt: string;
  readonly verdict: "passed" | "failed";
  readonly changes: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  /** Every change with its end and duration: what a later upgrade's time limits are taken from. */
  readonly steps: readonly FinishedStep[];
  /** What all layers said afterwards; absent where nothing is judged. */
  readonly gates?: Verdict;
}

export interface Turned {
  readonly report: TurnReport;
  readonly outputs: Readonly<Record<string, unknown>>;
}

const POLL_SECONDS = 2;

/**
 * Turns the dial once: one update of the stack. The dial goes back where it was when the update cannot begin: somebody
 * else's is in the way, or the passphrase is wrong.
 */
export async function turnOnce(context: Context, turn: Turn, reason: string | undefined): Promise<Turned> {
  const { project, console } = context;
  const before = readDial(project);
  turnDial(project, changesFor(before, turn));
  console.line(`\n${nameOf(turn)}`);
  const startedAt = new Date().toISOString();
  const outcome = await whenFree(context, before, () =>
    context.operations.update(messageOf(nameOf(turn), reason), console.observe),
  );
  if (!outcome.begun) {
    turnBack(project, before);
    throw new Refusal(
      `The update could not begin, so the dial is where it was: ${outcome.problems.join("\n")}`,
    );
  }
  const changed = Object.entries(outcome.changes)
    .filter(([kind]) => kind !== "same")
    .map(([kind, count]) => `${count} ${kind}`);
  if (outcome.succeeded)
    console.line(`  done in ${outcome.seconds.toFixed(1)} s (${changed.join(", ") || "no change"})`);
  return {
    outputs: outcome.outputs,
    report: {
      ...turn,
      startedAt,
      seconds: outcome.seconds,
      verdict: outcome.succeeded ? "passed" : "failed",
      changes: outcome.changes,
      problems: outcome.problems,
      steps: outcome.steps,
    },
  };
}

/**
 * Makes the update when the stack is free. A lock whose process is gone is what a killed command left: it is taken away.
 * An engine that outlived its killed command ends by itself, so that is waited for. Anybody else's lock is a refusal.
 */
async function whenFree(context: Context, before: Dial, update: () => Promise<Outcome>): Promise<Outcome> {
  for (;;) {
    try {
      return await update();
    } catch (problem) {
      if (!(problem instanceof Occupied)) throw problem;
      const { holder } = problem;
      if (isAbandoned(holder)) {
        context.console.line(
          `  the update of process ${holder?.pid} of ${holder?.since} was killed; going on from there`,
        );
        await context.operations.cancel();
      } else if (context.afterCrash && isHere(holder)) {
        context.console.line(`  waiting for the update that a killed command began (process ${holder?.pid})`);
        await new Promise((done) => setTimeout(done, POLL_SECONDS * 1000));
      } else {
        turnBack(context.project, before);
        throw problem;
      }
    }
  }
}

const turnBack = (project: Project, { phase, weightGiven, attempt }: Dial): void =>
  turnDial(project, { phase, "edge.weight": weightGiven, attempt });

/** Documents that somebody altered between two updates. */
export const altered = (
  { operations }: Context,
  before: Readonly<Record<string, unknown>>,
  { outputs, report }: Turned,
): Promise<string[]> =>
  alteredDocuments(
    operations,
    before,
    outputs,
    new Date(report.startedAt),
    report.steps
      .filter(({ type, operation }) => /:Job$/.test(type) && operation !== "delete")
      .map(({ name }) => name),
  );
