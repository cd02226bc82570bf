import { PHASE_TABLE } from "../../infra/phases";
import { checkConsent } from "../change/confirmation";
import { judgeAndShow } from "../flow/gate";
import { guard } from "../flow/guard";
import { nameOf } from "../flow/names";
import { consentOf, type RunOptions, readCanary } from "../flow/options";
import { positionOf } from "../flow/position";
import { isRemovalBegun } from "../flow/removal";
import { longestWait, waitForSoak } from "../flow/soak";
import { altered, type TurnReport, turnOnce } from "../flow/turn";
import type { Memory } from "../gates/judge";
import { writeDocument } from "../output/document";
import { pathTo, phaseNamed, type Turn } from "../path";
import { type Dial, readDial } from "../stack/dial";
import { takeDial } from "../stack/operator-lock";
import { rawParameter } from "../stack/parameters";
import { openProject } from "../stack/project";
import { type Context, openContext } from "./context";

const CANARY = [10, 50, 100];

/** `run --to PHASE`: turns the dial phase by phase; goes on where an earlier run stopped. */
export const run = (options: RunOptions & { readonly to: string }): Promise<number> =>
  turning(options, `run --to ${options.to}`, (context) => turnTo(context, options, options.to, "run"));

/** Opens the stack for a command that turns its dial; nobody else turns it meanwhile. */
export async function turning(
  options: RunOptions,
  command: string,
  work: (context: Context) => Promise<number>,
): Promise<number> {
  checkConsent(consentOf(options));
  const project = openProject(options.directory, options.stack, options.configFile);
  const lock = takeDial(project.configFile, command);
  try {
    const context = await openContext(options);
    if (lock.left !== undefined)
      context.console.line(`  ${lock.left.command} of ${lock.left.since} was killed; going on from there`);
    return await work({ ...context, afterCrash: lock.left !== undefined });
  } finally {
    lock.release();
  }
}

/**
 * Turns the dial until it stands at `to`, on the given way or the shortest. Stops at the first update that fails or verdict
 * that does not hold, and says why.
 */
export async function turnTo(
  context: Context,
  options: RunOptions,
  to: string,
  command: string,
  way?: readonly Turn[],
): Promise<number> {
  const { project, console, operations } = context;
  const dial = readDial(project);
  let outputs = await operations.outputs();
  const turns = way ?? turnsTo(context, options, to, outputs);
  const reports: TurnReport[] = [];
  const memory: Memory = {};
  const record = (report: TurnReport): void => {
    reports.push(report);
    writeDocument(context.json, {
      version: 1,
      command,
      stack: project.stack,
      engine: { kind: context.engine.kind, version: context.engine.version },
      release: { current: dial.current, next: dial.next ?? null },
      reason: options.reason ?? null,
      verdict: report.verdict,
      phases: reports,
    });
  };
  for (const turn of turns) {
    if (turn.phase === "complete" && outputs.phase === "live")
      await waitForSoak(context, outputs, longestWait(options.wait));
    await guard(context, turn, options, consentOf(options), turns[turns.indexOf(turn) - 1]);
    const turned = await turnOnce(context, turn, options.reason);
    const problems = [...turned.report.problems, ...(await altered(context, outputs, turned))];
    if (problems.length > 0) {
      record({ ...turned.report, verdict: "failed", problems });
      return await stopped(context, turn, problems);
    }
    outputs = turned.outputs;
    // Nobody is asked about a release that is being left.
    if (turn.phase !== "live" || to === "staged") {
      record(turned.report);
      continue;
    }
    const gates = await judgeAndShow(context, outputs, memory);
    const found =
      gates?.verdict === "failed" ? gates.findings.filter(({ verdict }) => verdict !== "passed") : [];
    record({
      ...turned.report,
      ...(gates === undefined ? {} : { gates }),
      verdict: found.length === 0 ? "passed" : "failed",
      problems: found.map(({ layer, detail, wayOut }) => `${layer}: ${detail} Way out: ${wayOut}`),
    });
    if (found.length === 0) continue;
    if (options.stay === true) return await stopped(context, turn, reports.at(-1)?.problems ?? []);
    const then =
      dial.strategy === "maintenance"
        ? "business stops again, customers see the maintenance page"
        : `customers go back to ${dial.current}`;
    console.line(`\nThe verdict does not hold at ${nameOf(turn)}: ${then}.`);
    const back = await turnOnce(context, { phase: "staged" }, "the verdict did not hold");
    // What failed stays the result, also when the way back worked.
    record({
      ...back.report,
      verdict: "failed",
      problems: [...(reports.at(-1)?.problems ?? []), ...back.report.problems],
    });
    return await stopped(context, turn, reports.at(-1)?.problems ?? []);
  }
  console.line(`\n${project.stack} is at ${to}.`);
  return 0;
}

function turnsTo(
  { project }: Context,
  options: RunOptions,
  to: string,
  outputs: Readonly<Record<string, unknown>>,
): Turn[] {
  const dial = readDial(project);
  const canary = canaryOf(dial, options, rawParameter(project, "edge.canary"));
  const turns = pathTo(positionOf(dial, outputs), to, dial.strategy, canary);
  if (turns.length > 0) return turns;
  // The same update again repairs whatever is missing; with nothing missing it changes nothing.
  const phase = phaseNamed(to);
  return [phase === "live" ? { phase, weight: dial.weight } : { phase }];
}

/** Shares of customers on the way into live: as asked, as the stack says, or the usual ones. After a stop all come at once. */
export function canaryOf(
  { strategy }: Pick<Dial, "strategy">,
  { canary }: Pick<RunOptions, "canary">,
  parameter: unknown,
): readonly number[] {
  if (strategy === "maintenance") return [100];
  if (canary !== undefined) return readCanary(canary);
  return Array.isArray(parameter) ? readCanary(parameter.join(",")) : CANARY;
}

async function stopped(
  { console, project, operations }: Context,
  turn: Turn,
  problems: readonly string[],
): Promise<number> {
  console.line(`\nStopped at ${nameOf(turn)}:`);
  for (const problem of problems) console.line(`  ${problem.replaceAll("\n", "\n  ")}`);
  const back = await backFrom(readDial(project), operations);
  const wayBack =
    back === undefined ? "" : `, or go back with: order-upgrade ${back} --stack ${project.stack}`;
  console.line(
    `\nNothing after this point was begun. Put the cause right and run the same command again${wayBack}.`,
  );
  return 1;
}

/** The command that leads back from a position, if one does. */
async function backFrom(dial: Dial, operations: Context["operations"]): Promise<string | undefined> {
  const { phase, strategy } = dial;
  if (phase === "live" || (phase === "complete" && !(await isRemovalBegun(dial, operations))))
    return "rollback";
  return PHASE_TABLE[strategy][phase].to.includes("reverted") ? "abort" : undefined;
}
