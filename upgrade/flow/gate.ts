import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Context } from "../commands/context";
import { spokenFinding, type Verdict } from "../gates/finding";
import type { Memory, Subject } from "../gates/judge";
import { readParameters } from "../stack/parameters";
import type { Project } from "../stack/project";
import { manifestsOf } from "../stack/releases";

/** What the layers are judged of; undefined in a stack that introduces no release. */
export function subjectOf(project: Project, outputs: Readonly<Record<string, unknown>>): Subject | undefined {
  const parameters = readParameters(project);
  const { current, next } = parameters.release;
  if (next === undefined) return undefined;
  const manifest = manifestsOf(project, parameters)[next];
  return {
    project,
    region: regionOf(project),
    parameters,
    outputs,
    current,
    next,
    metricsPath: manifest?.modules.find(({ kind }) => kind === "worker")?.metrics ?? "/metrics",
  };
}

export function regionOf(project: Project): string {
  const { config = {} } = parse(readFileSync(project.configFile, "utf8")) as {
    config?: Record<string, unknown>;
  };
  return String(config["aws:region"] ?? process.env.AWS_REGION ?? "us-east-1");
}

/** Judges all layers and shows what they said. */
export async function judgeAndShow(
  { project, console }: Context,
  outputs: Readonly<Record<string, unknown>>,
  memory: Memory,
): Promise<Verdict | undefined> {
  const subject = subjectOf(project, outputs);
  if (subject === undefined || subject.parameters.gates.layers.length === 0) return undefined;
  const { judgeLayers } = require("../gates/judge") as typeof import("../gates/judge");
  const verdict = await judgeLayers(subject, memory);
  for (const finding of verdict.findings) console.line(`    ${spokenFinding(finding)}`);
  return verdict;
}
