import type { z } from "zod";

/** What is wrong with one parameter: where, which rule, what was given, and what to do. */
export interface Problem {
  readonly path: string;
  readonly rule: string;
  readonly got: unknown;
  readonly wayOut: string;
}

export const describe = ({ path, rule, got, wayOut }: Problem): string =>
  `  - ${path}: ${rule}; got ${got === undefined ? "nothing" : JSON.stringify(got).slice(0, 120)}. ${wayOut}`;

/** Problems of a zod error, in the same words as those of the cross-field rules. */
export function problemsOf(error: z.ZodError, given: unknown): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const at = issue.path.map(String).join(".") || "parameters";
    const got = issue.path.reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null
          ? (value as Record<PropertyKey, unknown>)[key]
          : undefined,
      given,
    );
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: at === "parameters" ? key : `${at}.${key}`,
        rule: "is not a parameter",
        got: (got as Record<string, unknown> | undefined)?.[key],
        wayOut: "Remove it, or correct its name; docs/parameters.md lists all of them.",
      }));
    }
    const rule =
      issue.code === "invalid_type" && got !== undefined && !issue.message.startsWith("must")
        ? `must be ${article(issue.expected)}`
        : issue.message;
    if (got === undefined)
      return [
        {
          path: at,
          rule: "is missing",
          got,
          wayOut: `Set it; it ${rule.startsWith("must") ? rule : "has no default"}.`,
        },
      ];
    return [{ path: at, rule, got, wayOut: `Correct order-upgrade:${at} in the stack file.` }];
  });
}

const KINDS: Record<string, string> = {
  object: "a group of parameters",
  array: "a list",
  string: "a text",
  number: "a number",
  boolean: "true or false",
};
const article = (expected: string): string => KINDS[expected] ?? expected;

/** The name in `known` that is nearest to a mistyped one, if it is near at all. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, distance: distance(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.max(2, given.length / 3) ? best.name : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
