import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Command, CommanderError, Option } from "commander";
import { Refusal } from "../refusal";
import { ENGINES, type EngineChoice } from "../stack/engine";
import { openProject } from "../stack/project";
import { compare } from "./compare";
import { markdown } from "./markdown";
import { checkOut, preview } from "./preview";
import { judge } from "./report";
import { sarif } from "./sarif";

interface Options {
  readonly stack: string;
  readonly base?: string;
  readonly engine: EngineChoice;
  readonly directory: string;
  readonly configFile?: string;
  readonly output?: string;
}

/** Checks what a change does to a stack. Exit codes: 0 passed, 1 something stands in the way, 2 wrong usage. */
async function check({ stack, base, engine, directory, configFile, output }: Options): Promise<number> {
  const root = path.resolve(directory);
  const project = openProject(root, stack, configFile);
  const file = configFile === undefined ? undefined : project.configFile;
  const before = base === undefined ? undefined : await previewOf(root, base, stack, engine);
  const now = await preview({ root, stack, engine, packs: true, configFile: file });
  const steps = before === undefined ? now.steps : compare(before.steps, now.steps);
  const report = judge(stack, base, now, steps);
  const text = markdown(report);
  if (output !== undefined) {
    mkdirSync(output, { recursive: true });
    const write = (name: string, content: string): void => writeFileSync(path.join(output, name), content);
    write("check.md", text);
    write("check.json", `${JSON.stringify(report, null, 2)}\n`);
    write("check.sarif", `${JSON.stringify(sarif(report), null, 2)}\n`);
  }
  process.stdout.write(text);
  return report.verdict === "passed" ? 0 : 1;
}

/** The stack as another revision's program and parameters would have it. */
async function previewOf(root: string, revision: string, stack: string, engine: EngineChoice) {
  const { folder, remove } = checkOut(root, revision);
  try {
    const found = await preview({ root: folder, stack, engine, packs: false });
    if (found.errors.length > 0)
      throw new Refusal(`--base ${revision} cannot be previewed: ${found.errors.join("; ")}`);
    return found;
  } finally {
    remove();
  }
}

new Command("check")
  .description("checks what this working tree does to a stack; writes check.md, check.json and check.sarif")
  .exitOverride()
  .requiredOption("--stack <name>", "stack to check")
  .option("--base <revision>", "compare with the program and parameters of this revision")
  .addOption(
    new Option(
      "--engine <engine>",
      "offline needs no credentials; pulumi compares with the stack's real state",
    )
      .choices(ENGINES)
      .default("offline"),
  )
  .option("--directory <folder>", "folder of Pulumi.yaml", path.join(__dirname, "..", ".."))
  .option("--config-file <file>", "another stack file than the stack's own")
  .option("--output <folder>", "write check.md, check.json and check.sarif here")
  .action(async (options: Options) => {
    process.exitCode = await check(options);
  })
  .parseAsync()
  .catch((problem: unknown) => {
    if (problem instanceof CommanderError) {
      process.exitCode = problem.exitCode === 0 ? 0 : 2;
    } else if (problem instanceof Refusal) {
      process.stderr.write(`${problem.message}\n`);
      process.exitCode = problem.exitCode;
    } else {
      process.stderr.write(`${problem instanceof Error ? problem.message : String(problem)}\n`);
      process.exitCode = 1;
    }
  });
