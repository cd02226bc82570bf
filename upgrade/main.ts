import path from "node:path";
import { Command, CommanderError, Option } from "commander";
import type { CommonOptions } from "./commands/context";
import { Refusal } from "./refusal";
import { ENGINES } from "./stack/engine";

// Commands are loaded when called: the Automation API alone takes most of a second.

/** The operator's command line. Exit codes: 0 done, 1 refused or failed with the reason, 2 wrong usage. */
function program(): Command {
  const root = new Command("order-upgrade")
    .description("Takes an order processing system from one release to the next without losing an order.")
    .exitOverride()
    .showHelpAfterError("Run with --help for the options.");
  common(
    root
      .command("run")
      .description("turn the dial to a phase, through all phases before it; goes on after a crash"),
  )
    .requiredOption("--to <phase>", "prepared, migrated, staged, live, complete, reverted")
    .action(async (options: CommonOptions & { to: string }) =>
      finish((require("./commands/run") as typeof import("./commands/run")).run(options)),
    );
  common(
    root
      .command("rollback")
      .description("send traffic back to the old release; keeps every order written meanwhile"),
  ).action(async (options: CommonOptions) =>
    finish((require("./commands/rollback") as typeof import("./commands/rollback")).rollback(options)),
  );
  common(
    root
      .command("abort")
      .description("end the upgrade: traffic on the old release, the new one and its data model removed"),
  ).action(async (options: CommonOptions) =>
    finish(
      (require("./commands/run") as typeof import("./commands/run")).run({ ...options, to: "reverted" }),
    ),
  );
  common(root.command("status").description("where the upgrade stands")).action(
    async (options: CommonOptions) =>
      finish((require("./commands/status") as typeof import("./commands/status")).status(options)),
  );
  return root;
}

function common(command: Command): Command {
  return command
    .exitOverride()
    .option("--stack <name>", "stack to work on", process.env.PULUMI_STACK ?? "dev")
    .option("--config-file <file>", "stack file to turn the dial in (default: the stack's own)")
    .addOption(new Option("--engine <engine>", "pulumi executable to use").choices(ENGINES).default("auto"))
    .option("--directory <folder>", "folder of Pulumi.yaml", path.join(__dirname, ".."))
    .option("--json <file>", "write the result as JSON");
}

async function finish(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

program()
  .parseAsync()
  .catch((problem: unknown) => {
    if (problem instanceof CommanderError) {
      process.exitCode = problem.exitCode === 0 ? 0 : 2;
    } else if (problem instanceof Refusal) {
      process.stderr.write(`${problem.message}\n`);
      process.exitCode = problem.exitCode;
    } else {
      process.stderr.write(
        `${problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)}\n`,
      );
      process.exitCode = 1;
    }
  });
