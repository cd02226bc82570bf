import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { Command, CommanderError, Option } from "commander";
import type { CommonOptions } from "./commands/context";
import type { PromoteOptions } from "./commands/promote";
import type { ReportOptions } from "./commands/report";
import type { RunOptions } from "./flow/options";
import { Refusal } from "./refusal";

// Commands are loaded when called: the Automation API alone takes most of a second.
const ENGINES = ["auto", "offline", "pulumi"];
const PREVIEWS = ["auto", "always", "never"];

/** The operator's command line. Exit codes: 0 done, 1 refused or failed with the reason, 2 wrong usage. */
export function program(): Command {
  const root = new Command("order-upgrade")
    .description("Takes an order processing system from one release to the next without losing an order.")
    .exitOverride()
    .showHelpAfterError("Run with --help for the options.")
    .hook("preAction", (_root, action) => {
      const { parent } = action;
      const name = parent?.name() === "evidence" ? `evidence ${action.name()}` : action.name();
      asked = { name, options: action.opts() };
    })
    .addHelpText(
      "after",
      "\nThe upgrade hour by hour: docs/runbook.md. JSON documents: docs/command-line.md.",
    );
  common(
    root.command("status").description("where the upgrade stands, what comes next, what blocks it"),
  ).action((options: CommonOptions) =>
    finish((require("./commands/status") as typeof import("./commands/status")).status(options)),
  );
  common(root.command("plan").description("every turn on the way to a phase, before any is made"))
    .option("--to <phase>", "prepared, migrated, staged, live, complete, reverted", "complete")
    .option("--canary <shares>", "shares of customers on the way into live, such as 10,50,100")
    .action((options: CommonOptions & { to: string }) =>
      finish((require("./commands/plan") as typeof import("./commands/plan")).plan(options)),
    );
  turning(
    root
      .command("run")
      .description("turn the dial to a phase, through all phases before it; goes on after a crash"),
  )
    .requiredOption("--to <phase>", "prepared, migrated, staged, live, complete, reverted")
    .option("--canary <shares>", "shares of customers on the way into live, such as 10,50,100")
    .option("--wait <time>", "longest time to wait for the soak period (default: 1h)")
    .option("--stay", "stay where the verdict fails, in place of sending customers back")
    .action((options: RunOptions & { to: string }) =>
      finish((require("./commands/run") as typeof import("./commands/run")).run(options)),
    );
  turning(
    root
      .command("rollback")
      .description("send traffic back to the old release; keeps every order written meanwhile"),
  ).action((options: RunOptions) =>
    finish((require("./commands/rollback") as typeof import("./commands/rollback")).rollback(options)),
  );
  turning(
    root
      .command("abort")
      .description("end the upgrade: traffic on the old release, the new one and its data model removed"),
  ).action((options: RunOptions) =>
    finish(
      (require("./commands/run") as typeof import("./commands/run")).run({ ...options, to: "reverted" }),
    ),
  );
  common(root.command("promote").description("let a stack take a release that another one proved"))
    .requiredOption("--from <stack>", "stack that proved the release")
    .option("--to <stack>", "stack that may take it; default: --stack")
    .option("--approver <name>", "who approved the change; default: change.approver")
    .option("--ticket <number>", "number of the change; default: change.ticket")
    .option("--from-profile <profile>", "AWS profile of the account that holds the other stack's evidence")
    .option("--from-config-file <file>", "the other stack's file (default: the stack's own)")
    .option("--scale <factor>", "how many times the other stack's rows this one has, for time limits", "1")
    .action((options: PromoteOptions) =>
      finish((require("./commands/promote") as typeof import("./commands/promote")).promote(options)),
    );
  common(root.command("report").description("the upgrade in HTML and Markdown, made of its evidence"))
    .option("--output <folder>", "where report.html and report.md go", ".")
    .action((options: ReportOptions) =>
      finish((require("./commands/report") as typeof import("./commands/report")).report(options)),
    );
  const evidence = root.command("evidence").description("documents that the upgrade left");
  common(
    evidence.command("verify").description("the chain of digests: names every document that was altered"),
  ).action((options: CommonOptions) =>
    finish((require("./commands/evidence") as typeof import("./commands/evidence")).verifyEvidence(options)),
  );
  common(
    root.command("drift").description("what somebody changed beside the program; changes nothing"),
  ).action((options: CommonOptions) =>
    finish((require("./commands/drift") as typeof import("./commands/drift")).drift(options)),
  );
  common(
    root.command("doctor").description("tools, credentials, backend and cluster; changes nothing"),
  ).action((options: CommonOptions) =>
    finish((require("./commands/doctor") as typeof import("./commands/doctor")).doctor(options)),
  );
  root
    .command("completion")
    .description("completion for a shell: bash, zsh or fish")
    .argument("<shell>", "bash, zsh or fish")
    .exitOverride()
    .action((shell: string) => {
      const { completion } = require("./output/completion") as typeof import("./output/completion");
      process.stdout.write(completion(shell, root));
    });
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

function turning(command: Command): Command {
  return common(command)
    .addOption(
      new Option("--preview <when>", "preview each update and stop at planned losses")
        .choices(PREVIEWS)
        .default("auto"),
    )
    .option("--yes", "ask nobody; needs --reason")
    .option("--reason <text>", "why; recorded with every update");
}

async function finish(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

/** What the command at work was asked; a refusal is written where its result would be. */
let asked: { readonly name: string; readonly options: Partial<CommonOptions> } | undefined;
const startedAt = Date.now();

function recordRefusal(message: string): void {
  const file = asked?.options.json;
  if (asked === undefined || file === undefined) return;
  // What was done before the refusal stays in the document.
  const own = existsSync(file) && statSync(file).mtimeMs >= startedAt;
  const before = own ? (JSON.parse(readFileSync(file, "utf8")) as object) : {};
  const { writeDocument } = require("./output/document") as typeof import("./output/document");
  writeDocument(file, {
    version: 1,
    command: asked.name,
    stack: asked.options.stack,
    ...before,
    verdict: "failed",
    problems: [message],
  });
}

/** Runs a command line. What an operator can put right is told without a stack trace. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...args], { from: "user" });
  } catch (problem) {
    if (problem instanceof CommanderError) process.exitCode = problem.exitCode === 0 ? 0 : 2;
    else if (problem instanceof Refusal) {
      process.stderr.write(`${problem.message}\n`);
      process.exitCode = problem.exitCode;
      recordRefusal(problem.message);
    } else {
      process.stderr.write(
        `${problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)}\n`,
      );
      process.exitCode = 1;
    }
  }
}
