import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { Parameters } from "../../infra/parameters";
import { CalendarProblem, type Freeze, readCalendar } from "../../infra/plan/calendar";
import { Refusal } from "../refusal";
import type { Project } from "./project";

/** The stack's parameters, judged by the program's own schema. Refuses them with everything that is wrong. */
export function readParameters(project: Project): Parameters {
  // The schema takes a third of a second to load; commands that need only the dial do without.
  const { groupKeys, ParametersProblem, parseParameters } =
    require("../../infra/parameters") as typeof import("../../infra/parameters");
  try {
    return parseParameters(groupKeys(rawParameters(project)));
  } catch (problem) {
    if (problem instanceof ParametersProblem) throw new Refusal(`${project.configFile}: ${problem.message}`);
    throw problem;
  }
}

/** The stack file's keys of this project, as they stand there. */
export function rawParameters(project: Project): Record<string, unknown> {
  const { config = {} } = (parse(readFileSync(project.configFile, "utf8")) ?? {}) as {
    config?: Record<string, unknown>;
  };
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(`${project.name}:`))
      .map(([key, value]) => [key.slice(project.name.length + 1), value]),
  );
}

/** One parameter as it stands in the file, written as a group or with dots; undefined when the default holds. */
export function rawParameter(project: Project, name: string): unknown {
  const raw = rawParameters(project);
  if (name in raw) return raw[name];
  return name
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], raw);
}

/** Freezes of the stack file and of its calendar file. */
export function freezesOf(project: Project, { change }: Parameters): Freeze[] {
  if (change.calendar === undefined) return change.freezes;
  const file = path.resolve(project.root, change.calendar);
  if (!existsSync(file)) throw new Refusal(`change.calendar: ${file} does not exist.`);
  try {
    return [...change.freezes, ...readCalendar(readFileSync(file, "utf8"), change.timeZone)];
  } catch (problem) {
    if (problem instanceof CalendarProblem) throw new Refusal(`change.calendar: ${file}, ${problem.message}`);
    throw problem;
  }
}
