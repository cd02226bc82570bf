import { writeDocument } from "../output/document";
import { readDial } from "../stack/dial";
import { type CommonOptions, openContext } from "./context";

interface Step {
  readonly verdict: string;
  readonly finishedAt: string;
}

/** `status`: the dial, what is deployed, and the evidence with its age. */
export async function status(options: CommonOptions): Promise<number> {
  const { project, operations, console, json, engine } = await openContext(options);
  const dial = readDial(project);
  const outputs = Object.fromEntries(
    Object.entries(await operations.outputs()).map(([name, output]) => [
      name,
      output.secret ? "[secret]" : output.value,
    ]),
  );
  const steps = (outputs.steps ?? {}) as Record<string, Step>;
  console.line(
    `  dial      ${dial.phase}${dial.phase === "live" ? ` at ${dial.weight} %` : ""}, attempt ${dial.attempt}`,
  );
  console.line(`  deployed  ${outputs.phase ?? "nothing"}`);
  console.line(`  releases  ${dial.current}${dial.next === undefined ? "" : ` → ${dial.next}`}`);
  console.line(`  address   ${outputs.address ?? "–"}`);
  for (const [name, step] of Object.entries(steps)) {
    console.line(`  evidence  ${name.padEnd(14)} ${step.verdict.padEnd(7)} ${age(step.finishedAt)}`);
  }
  writeDocument(json, {
    version: 1,
    command: "status",
    stack: project.stack,
    engine: { kind: engine.kind, version: engine.version },
    dial,
    deployed: outputs,
  });
  return 0;
}

function age(finishedAt: string): string {
  const minutes = Math.round((Date.now() - Date.parse(finishedAt)) / 60_000);
  return minutes < 120 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}
