import { changesOf } from "../check/report";
import { writeDocument } from "../output/document";
import { type CommonOptions, openContext } from "./context";

/** `drift`: whether what runs is what the program says, at the position where the dial stands. Exit code 1 when it is not. */
export async function drift(options: CommonOptions): Promise<number> {
  const { project, operations, console, json } = await openContext(options);
  const preview = await operations.preview(project.configFile, true);
  const changes = changesOf(preview.steps);
  for (const { operation, type, name, changed } of changes)
    console.line(
      `  ${operation} ${type.split(":").at(-1)} ${name}${changed.length === 0 ? "" : `: ${changed.join(", ")}`}`,
    );
  for (const problem of preview.errors) console.line(`  ✗ ${problem}`);
  const passed = changes.length === 0 && preview.errors.length === 0;
  console.line(
    passed
      ? `\n${project.stack} is what the program says.`
      : `\n${project.stack} differs. Way out: find out who changed it; an update (order-upgrade run --to the phase at hand) puts it back.`,
  );
  writeDocument(json, {
    version: 1,
    command: "drift",
    stack: project.stack,
    verdict: passed ? "passed" : "failed",
    changes,
    problems: preview.errors,
  });
  return passed ? 0 : 1;
}
