import { PHASE_TABLE } from "../../infra/phases";
import { spoken } from "../../infra/units";
import { forbids, operatorNames } from "../change/permission";
import { ageOf, missingProofs, type StepOutput, soakEnds } from "../evidence/blocks";
import { subjectOf } from "../flow/gate";
import { nameOf } from "../flow/names";
import { positionOf } from "../flow/position";
import { type Layer, spokenFinding, type Verdict } from "../gates/finding";
import { judgeLayers } from "../gates/judge";
import { writeDocument } from "../output/document";
import { type Position, pathTo, type Turn } from "../path";
import { type Dial, readDial } from "../stack/dial";
import { turningNow } from "../stack/operator-lock";
import { freezesOf, readParameters } from "../stack/parameters";
import type { Project } from "../stack/project";
import { manifestsOf } from "../stack/releases";
import { type CommonOptions, openContext } from "./context";
import { canaryOf } from "./run";

/** Layers that are read without loading the shop. */
const SILENT: readonly Layer[] = ["alarms", "customer", "comparison", "queues", "pods"];

/** `status`: where the upgrade stands, what it rests on, what comes next, and what stands in its way. Changes nothing. */
export async function status(options: CommonOptions): Promise<number> {
  const { project, operations, console, json, engine } = await openContext(options);
  const dial = readDial(project);
  const outputs = await operations.outputs();
  const steps = (outputs.steps ?? {}) as Record<string, StepOutput>;
  const now = new Date();
  const weights = (outputs.weights ?? {}) as Record<string, number>;
  const show = (what: string, text: string): void => console.line(`  ${what.padEnd(10)} ${text}`);
  const position = positionOf(dial, outputs);
  const { unfinished } = position;
  show(
    "dial",
    `${dial.phase}${dial.phase === "live" ? ` at ${dial.weight} %` : ""}, attempt ${dial.attempt}`,
  );
  const holder = turningNow(project.configFile);
  const going =
    holder === undefined
      ? unfinished
        ? " – the last turn did not end; run it again"
        : ""
      : ` – ${holder.user}@${holder.host} is at work since ${holder.since} (${holder.command})`;
  show("deployed", `${outputs.phase ?? "nothing"}${going}`);
  show("releases", `${dial.current}${dial.next === undefined ? "" : ` → ${dial.next}`}`);
  show(
    "weights",
    Object.entries(weights)
      .map(([release, share]) => `${release} ${share} %`)
      .join(", ") || "–",
  );
  show("address", String(outputs.address ?? "–"));
  for (const [name, step] of Object.entries(steps))
    show("evidence", `${name.padEnd(14)} ${step.verdict.padEnd(7)} ${ageOf(step.finishedAt, now)}`);
  show("models", synchronisation(dial, steps));
  const layers = await layersOf(project, outputs, dial);
  for (const finding of layers?.findings ?? []) show("layer", spokenFinding(finding));
  const next = nextTurn(project, dial, position);
  const blocks = next === undefined ? [] : blocksOf(project, steps, next, now);
  show("next", next === undefined ? "nothing; set release.next to begin an upgrade" : nameOf(next));
  for (const problem of blocks) show("blocked", problem);
  writeDocument(json, {
    version: 1,
    command: "status",
    stack: project.stack,
    engine: { kind: engine.kind, version: engine.version },
    dial,
    deployed: outputs,
    unfinished,
    operator: holder ?? null,
    layers: layers ?? null,
    next: next ?? null,
    blocks,
  });
  return 0;
}

function synchronisation(dial: Dial, steps: Readonly<Record<string, StepOutput>>): string {
  const { migrate, contract, revert } = steps;
  if (migrate?.verdict !== "passed") return "one";
  if (contract?.verdict === "passed") return "one: the old one was archived and removed";
  if (dial.phase === "reverted" && (revert?.finishedAt ?? "") > migrate.finishedAt)
    return "one: the new one was removed";
  return ["migrated", "staged", "live"].includes(dial.phase)
    ? "two, synchronised both ways"
    : "two; synchronisation ends with this position";
}

async function layersOf(
  project: Project,
  outputs: Readonly<Record<string, unknown>>,
  { phase }: Dial,
): Promise<Verdict | undefined> {
  if (!["migrated", "staged", "live"].includes(phase)) return undefined;
  const subject = subjectOf(project, outputs);
  const wanted = subject?.parameters.gates.layers.filter((layer) => SILENT.includes(layer)) ?? [];
  // Until the next release runs there is only the data to look at.
  const possible = phase === "migrated" ? wanted.filter((layer) => layer === "comparison") : wanted;
  return subject === undefined || possible.length === 0 ? undefined : judgeLayers(subject, {}, possible);
}

/** The turn that `run` would make next on the way to the end. */
export function nextTurn(project: Project, dial: Dial, position: Position): Turn | undefined {
  if (dial.next === undefined || dial.phase === "complete" || dial.phase === "reverted") return undefined;
  const { edge } = readParameters(project);
  return pathTo(position, "complete", dial.strategy, canaryOf(dial, {}, edge.canary))[0];
}

/** What stands in the way of a turn now, each with the way out. */
export function blocksOf(
  project: Project,
  steps: Readonly<Record<string, StepOutput>>,
  turn: Turn,
  now: Date,
): string[] {
  const parameters = readParameters(project);
  const { next } = parameters.release;
  const soak = turn.phase === "complete" ? soakEnds(parameters, steps) : undefined;
  const confirmation = `complete ${next}`;
  // The steps of the turn itself are not asked for: it makes them.
  const { needs } = PHASE_TABLE[parameters.strategy][turn.phase];
  return [
    ...(needs.length === 0
      ? []
      : missingProofs(parameters, manifestsOf(project, parameters), project.stack, steps, turn, now)),
    ...forbids(parameters, freezesOf(project, parameters), turn, now, operatorNames()),
    ...(soak !== undefined && soak > now
      ? [
          `The soak period ends at ${soak.toISOString()}, in ${spoken((soak.getTime() - now.getTime()) / 1000)}. Way out: wait; run --to complete --wait does.`,
        ]
      : []),
    ...(turn.phase === "complete" && !parameters.confirm.includes(confirmation)
      ? [`"${confirmation}" is not confirmed. Way out: run asks for it, or add it to confirm.`]
      : []),
  ];
}
