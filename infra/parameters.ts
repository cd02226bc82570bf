import { z } from "zod";
import { describe, nearest, type Problem, problemsOf } from "./parameters/problems";
import { crossFieldProblems } from "./parameters/rules";
import { type Parameters, parametersSchema } from "./parameters/schema";
import { PHASES, STRATEGIES } from "./phases";

export { type Parameters, parametersSchema } from "./parameters/schema";

/** Parameters that are refused: all problems at once. It has no stack, because its reader made a mistake, not the program. */
export class ParametersProblem extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(
      [
        problems.length === 1
          ? "A parameter is refused; nothing was changed:"
          : `${problems.length} parameters are refused; nothing was changed:`,
        ...problems.map(describe),
      ].join("\n"),
    );
    this.name = "ParametersProblem";
    this.stack = "";
  }
}

/** Checks what a stack says. Throws a ParametersProblem that lists everything wrong with it. */
export function parseParameters(given: unknown): Parameters {
  const result = parametersSchema.safeParse(given);
  if (!result.success) throw new ParametersProblem(withSuggestions(problemsOf(result.error, given)));
  const problems = crossFieldProblems(result.data);
  if (problems.length > 0) throw new ParametersProblem(problems);
  return result.data;
}

function withSuggestions(problems: readonly Problem[]): Problem[] {
  const vocabulary: Record<string, readonly string[]> = { phase: PHASES, strategy: STRATEGIES };
  return problems.map((problem) => {
    const known =
      problem.rule === "is not a parameter" && !problem.path.includes(".")
        ? Object.keys(parametersSchema.shape)
        : vocabulary[problem.path];
    const better =
      known === undefined
        ? undefined
        : nearest(String(problem.rule === "is not a parameter" ? problem.path : problem.got), known);
    return better === undefined
      ? problem
      : { ...problem, wayOut: `Did you mean ${better}? ${problem.wayOut}` };
  });
}

/** The value of a parameter by its path, such as `business.payment.url`; undefined when there is none. */
export const parameterAt = (parameters: Parameters, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], parameters);

/** A value that reached the program as text, read as what the parameter at `path` is: a group, a list, a number or a text. */
export function readText(path: string, value: string): unknown {
  const kind = kindAt(path);
  if (kind === "string" || kind === undefined)
    return /^[[{]/.test(value) && kind === undefined ? json(value) : value;
  return json(value);
}

function json(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function kindAt(path: string): string | undefined {
  let schema: z.core.$ZodType | undefined = parametersSchema;
  for (const part of path.split(".")) {
    const inner: unknown = unwrapped(schema);
    schema =
      inner instanceof z.ZodObject ? (inner.shape as Record<string, z.core.$ZodType>)[part] : undefined;
    if (schema === undefined) return undefined;
  }
  const kind = unwrapped(schema)?._zod.def.type;
  return kind === "enum" || kind === "custom" ? "string" : kind;
}

function unwrapped(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const inner = (schema?._zod.def as { innerType?: z.core.$ZodType } | undefined)?.innerType;
  return inner === undefined ? schema : unwrapped(inner);
}

/** Keys with dots, as `pulumi config set release.next` writes them, become groups; groups that are JSON are read. */
export function groupKeys(flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const grouped: Record<string, unknown> = {};
  // Short keys first, so that a dotted key wins over the group it belongs to.
  for (const [key, value] of Object.entries(flat).sort(
    ([a], [b]) => a.split(".").length - b.split(".").length,
  )) {
    const path = key.split(".");
    let place = grouped;
    for (const part of path.slice(0, -1)) {
      const inner = place[part];
      const next = typeof inner === "object" && inner !== null ? { ...inner } : {};
      place[part] = next;
      place = next as Record<string, unknown>;
    }
    place[path.at(-1) ?? key] = value;
  }
  return grouped;
}
