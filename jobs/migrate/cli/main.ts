import { Command, CommanderError, Option } from "commander";
import { ReleaseProblem } from "../../../releases/load";
import { EnvironmentProblem, messageOf, StepProblem } from "../../frame/problems";
import { blot } from "../../frame/secrets";
import { type CommonOptions, commands } from "./commands";

/** `npm run migrate -- …`. Exit code: 0 done, 1 refused or failed with the reason, 2 wrong usage. */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  let secrets: string[] = [];
  const act =
    <Options extends CommonOptions>(work: (options: Options) => Promise<number>) =>
    async (options: Options): Promise<void> => {
      secrets = passwordsOf(options.database);
      code = await work(options);
    };
  const program = new Command("migrate")
    .description(
      "Moves the data of a release into the data model of the next, on any PostgreSQL, without stopping either.",
    )
    .exitOverride();
  const add = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .addOption(
        new Option("--database <url>", "the database; its password may come from PGPASSWORD")
          .env("DATABASE_URL")
          .makeOptionMandatory(),
      )
      .requiredOption("--release <version>", "the release to migrate to")
      .option("--from <version>", "the release to migrate from; default: the one it follows")
      .option("--releases <folder>", "folder of the releases", "releases")
      .option("--parallel <number>", "chunks, or ranges to compare, at a time", "2")
      .option("--slowdown <times>", "how many times as long small writes of others may take meanwhile", "1.5")
      .option("--json <file>", "write the result as JSON");
  add("plan", "check declarations and both models, and say what would happen; changes nothing").action(
    act(commands.plan),
  );
  add("run", "expand, synchronise, load and compare; goes on where an earlier run ended")
    .option("--chunk-rows <number>", "rows of a chunk at the start", "5000")
    .option("--report <folder>", "write the report as Markdown, HTML and JSON")
    .option("--production-rows <number>", "predict the time for this many rows")
    .action(act(commands.run));
  add("status", "how far the migration is").action(act(commands.status));
  add("verify", "compare both models in one snapshot; exit code 1 when they differ")
    .option("--sample <share>", "share of the key ranges to compare, 0 to 1", "1")
    .action(act(commands.verify));
  add("repair", "compare, write again what differs, and compare again")
    .addOption(
      new Option("--authority <model>", "which model is believed").choices(["old", "new"]).default("old"),
    )
    .action(act(commands.repair));
  add("revert", "take synchronisation and new model away")
    .option("--accept-loss", "give up writes that exist in the new model alone", false)
    .action(act(commands.revert));
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (problem) {
    if (problem instanceof CommanderError) return problem.exitCode === 0 ? 0 : 2;
    const known =
      problem instanceof ReleaseProblem ||
      problem instanceof StepProblem ||
      problem instanceof EnvironmentProblem;
    const text =
      problem instanceof ReleaseProblem
        ? `the declarations do not fit:\n${problem.message}`
        : messageOf(problem);
    console.error(blot(text, secrets));
    if (!known && process.env.DEBUG !== undefined && problem instanceof Error)
      console.error(blot(problem.stack ?? "", secrets));
    return problem instanceof EnvironmentProblem ? 2 : 1;
  }
}

function passwordsOf(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { password } = new URL(url);
  return password === "" ? [] : [password, decodeURIComponent(password)];
}
