import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { type Document, isSeq, parseDocument } from "yaml";
import type { Phase, Strategy } from "../../infra/phases";
import { phaseNamed, type Turn } from "../path";
import { Refusal } from "../refusal";
import type { Project } from "./project";

/** The part of a stack file that an upgrade turns. */
export interface Dial {
  readonly phase: Phase;
  readonly strategy: Strategy;
  readonly attempt: number;
  /** Percent of customer traffic on the next release in phase `live`. */
  readonly weight: number;
  /** The same as the file says it; undefined when it does not. */
  readonly weightGiven: number | undefined;
  readonly confirm: readonly string[];
  readonly current: string;
  readonly next: string | undefined;
}

/** Reads the dial's position. Keys that are absent have their defaults. */
export function readDial(project: Project): Dial {
  const document = open(project);
  const value = (...keys: string[]): unknown => document.getIn(["config", ...at(document, project, keys)]);
  const current = value("release", "current");
  if (typeof current !== "string")
    throw new Refusal(
      `${project.configFile}: ${project.name}:release.current is missing; set it to the release in use.`,
    );
  const next = value("release", "next");
  return {
    phase: phaseNamed(String(value("phase") ?? "steady")),
    strategy: value("strategy") === "maintenance" ? "maintenance" : "blue-green",
    attempt: Number(value("attempt") ?? 1),
    weight: Number(value("edge", "weight") ?? 100),
    weightGiven: value("edge", "weight") === undefined ? undefined : Number(value("edge", "weight")),
    confirm: textsOf(value("confirm")),
    current,
    next: typeof next === "string" ? next : undefined,
  };
}

const textsOf = (value: unknown): string[] => {
  const list = isSeq(value) ? (value.toJSON() as unknown) : value;
  return Array.isArray(list) ? list.map(String) : [];
};

/** Writes the given positions; everything else in the file, comments included, stays as it is. `undefined` removes a key. */
export function turnDial(
  project: Project,
  changes: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): void {
  const document = open(project);
  for (const [key, value] of Object.entries(changes)) {
    const keys = ["config", ...at(document, project, key.split("."))];
    if (value !== undefined) document.setIn(keys, value);
    else if (document.hasIn(keys)) document.deleteIn(keys);
  }
  // Replaced in one step: a crash leaves the old file or the new one.
  writeFileSync(
    `${project.configFile}.${process.pid}`,
    document.toString({ lineWidth: 0, flowCollectionPadding: false }),
    { mode: 0o600 },
  );
  renameSync(`${project.configFile}.${process.pid}`, project.configFile);
}

/**
 * What a turn changes in the stack file. Who comes back to `prepared` from a later position begins a new attempt: the
 * snapshot and the Jobs of the one before have their names already, and what they proved is out of date.
 */
export function changesFor(
  { phase, attempt }: Dial,
  turn: Turn,
): Record<string, string | number | undefined> {
  const again = turn.phase === "prepared" && phase !== "prepared" && phase !== "steady";
  return {
    phase: turn.phase,
    "edge.weight": turn.weight,
    ...(again ? { attempt: attempt + 1 } : {}),
  };
}

function open(project: Project): Document {
  const document = parseDocument(readFileSync(project.configFile, "utf8"));
  const [problem] = document.errors;
  if (problem !== undefined) throw new Refusal(`${project.configFile}: ${problem.message}`);
  return document;
}

/** `release.current` is written as a map under `order-upgrade:release`, or as a flat key as `pulumi config set` does. */
function at(document: Document, project: Project, keys: readonly string[]): string[] {
  const [first = "", ...rest] = keys;
  const flat = `${project.name}:${keys.join(".")}`;
  return document.hasIn(["config", flat]) ? [flat] : [`${project.name}:${first}`, ...rest];
}
