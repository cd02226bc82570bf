import path from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { FAULTS } from "./faults";

/** What a drill does. */
export interface DrillOptions {
  /** Orders in the old data model before the upgrade. */
  readonly orders: number;
  /** Requests a second, all through the drill. */
  readonly rate: number;
  readonly seed: number;
  readonly stack: string;
  readonly engine: "offline" | "pulumi" | "auto";
  readonly strategy: "blue-green" | "maintenance";
  readonly from: string;
  readonly to: string;
  readonly fault: string | undefined;
  /** Folder with a shop's own exports and their mapping.yaml, in place of a generated shop. */
  readonly import: string | undefined;
  /** Leave the shop running at the end, to look at it. */
  readonly keep: boolean;
  /** Rehearse staging, then production, and that production refuses what staging did not prove. */
  readonly promote: boolean;
  readonly resume: boolean;
  readonly fresh: boolean;
  readonly json: string | undefined;
}

const QUICK = { orders: 5_000, rate: 60 };
const FULL = { orders: 100_000, rate: 105 };
/** Two whole upgrades one after the other: what is proved is the path between them. */
const PROMOTE = { orders: 2_000, rate: 40 };

/** Reads the command line. Returns an exit code when there is nothing to run: help was asked for, or the usage is wrong. */
export function readOptions(args: readonly string[]): DrillOptions | number {
  const command = new Command("npm start --")
    .description(
      "Rehearses the upgrade of a live order system on this machine: a real database, real processes, real traffic, the real program.",
    )
    .option(
      "--orders <n>",
      `orders in the old data model before the upgrade (default: ${FULL.orders}, quick: ${QUICK.orders})`,
      whole(1, 50_000_000),
    )
    .option(
      "--rate <n>",
      `requests a second of the simulated customers (default: ${FULL.rate}, quick: ${QUICK.rate})`,
      whole(1, 5_000),
    )
    .option("--seed <n>", "seed of the generated shop and its customers", whole(0, 2 ** 31 - 1), 1)
    .addOption(
      new Option(
        "--import <folder>",
        "rehearse on a shop's own CSV exports instead of a generated shop; see docs/import.md",
      ).conflicts("orders"),
    )
    .option("--stack <name>", "stack whose parameters are used; for production see --promote", "staging")
    .addOption(
      new Option(
        "--engine <engine>",
        "pulumi executable: the offline engine, the installed CLI, or the CLI where there is one",
      )
        .choices(["offline", "pulumi", "auto"])
        .default("offline"),
    )
    .addOption(
      new Option("--strategy <strategy>", "way to upgrade")
        .choices(["blue-green", "maintenance"])
        .default("blue-green"),
    )
    .option("--from <version>", "release in use", "3.2.0")
    .option("--to <version>", "release to introduce", "4.0.0")
    .addOption(new Option("--fault <name>", "trouble to inject").choices(Object.keys(FAULTS)))
    .option("--quick", "a small shop, all phases: for a first look and for continuous integration", false)
    .option(
      "--promote",
      "staging, then production, each with its own file, database and state; production refuses what staging did not prove",
      false,
    )
    .option("--keep", "leave the shop running at the end until Ctrl-C", false)
    .addOption(
      new Option("--resume", "continue the drill that was interrupted").default(false).conflicts("fresh"),
    )
    .option("--fresh", "start clean, whatever an earlier drill left (default)", false)
    .option("--json <file>", "write the result as JSON")
    .exitOverride()
    .showHelpAfterError("Run npm start -- --help for the options.")
    .allowExcessArguments(false);
  const problems = collectInvalid(command);
  try {
    const given = command
      .parse(args, { from: "user" })
      .opts<Partial<DrillOptions> & { quick: boolean; promote: boolean }>();
    if (problems.length > 0) command.error(problems.map((problem) => `error: ${problem}`).join("\n"));
    const size = given.promote ? PROMOTE : given.quick ? QUICK : FULL;
    return {
      ...size,
      ...given,
      fault: given.fault,
      json: given.json,
      import: given.import && path.resolve(given.import),
    } as DrillOptions;
  } catch (problem) {
    if (problem instanceof CommanderError) return problem.exitCode === 0 ? 0 : 2;
    throw problem;
  }
}

/** Keeps what is wrong with the values of options: all of it is told at once, where commander stops at the first. */
function collectInvalid(command: Command): readonly string[] {
  const problems: string[] = [];
  for (const option of command.options) {
    const parse = option.parseArg;
    if (parse === undefined) continue;
    option.argParser((value: string, previous: unknown) => {
      try {
        return parse(value, previous);
      } catch (problem) {
        if (!(problem instanceof InvalidArgumentError)) throw problem;
        problems.push(`option '${option.flags}' argument '${value}' is invalid. ${problem.message}`);
        return previous;
      }
    });
  }
  return problems;
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}
