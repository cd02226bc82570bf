import { writeDocument } from "../../upgrade/output/document";
import { summaryLines } from "../report/summary";
import { checkImport } from "../shop/importer/import-shop";
import { MappingProblem } from "../shop/importer/mapping";
import { drill } from "./drill";
import { interruption } from "./interruption";
import { type DrillOptions, readOptions } from "./options";
import { provedBy, stackExists } from "./stack-file";
import { Interrupted, StageFailed } from "./stages";
import { Occupied, Workspace } from "./workspace";

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

// The SDK announces when it will ask for a newer Node; that is no concern of who runs a drill.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** `npm start`. Exit codes: 0 everything holds, 1 something does not, 2 wrong usage. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (typeof options === "number") return options;
  if (options.promote)
    return (require("./promotion/main") as typeof import("./promotion/main")).rehearse(options, print);
  const workspace = new Workspace(options.stack);
  if (!stackExists(workspace, options.stack)) {
    process.stderr.write(`--stack ${options.stack}: stacks/Pulumi.${options.stack}.yaml does not exist.\n`);
    return 2;
  }
  const proving = provedBy(workspace, options.stack);
  if (proving !== undefined) {
    process.stderr.write(
      `--stack ${options.stack}: this stack takes only what ${proving} proved. Rehearse both, one after the other, with: npm start -- --promote\n`,
    );
    return 2;
  }
  if (options.import !== undefined && !options.resume) await checkImport({ directory: options.import });
  await workspace.take();
  const interrupted = interruption(
    print,
    "Stopping; once more to stop at once. Continue later with: npm start -- --resume",
  );
  const result = await drill(workspace, resumed(workspace, options), print, interrupted);
  for (const line of summaryLines(result)) print(line);
  writeDocument(options.json, result);
  workspace.release();
  return result.verdict === "passed" ? 0 : 1;
}

/** A drill is continued with the options it began with; only where the result goes may change. */
function resumed(workspace: Workspace, options: DrillOptions): DrillOptions {
  const before = options.resume ? workspace.readProgress()?.options : undefined;
  return before === undefined ? options : { ...before, resume: true, json: options.json, keep: options.keep };
}

main().then(
  (code) => process.exit(code),
  (problem: unknown) => {
    const expected = [Occupied, StageFailed, MappingProblem].some((kind) => problem instanceof kind);
    process.stderr.write(
      `\n${problem instanceof Error ? (expected ? problem.message : (problem.stack ?? problem.message)) : String(problem)}\n`,
    );
    process.exit(problem instanceof Interrupted ? 130 : problem instanceof MappingProblem ? 2 : 1);
  },
);
