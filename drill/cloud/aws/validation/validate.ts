import type { CheckFailure } from "../../provider/provider";
import { hasUnknown, isList, isValues, plain, Unknown, type Value, type Values } from "../../provider/values";
import type { Kind } from "../kind";
import { tags as tagsRule } from "./rules";

/** Everything AWS would answer with an error that can be known before a call, all problems at once. */
export function validate(kind: Kind, given: Values): CheckFailure[] {
  const inputs = plain(given);
  const failures: CheckFailure[] = [];
  for (const property of kind.required ?? [])
    if (inputs[property] === undefined || inputs[property] === null)
      failures.push({ property, reason: "is required" });
  for (const [pattern, rules] of Object.entries({ tags: tagsRule, ...kind.rules }))
    for (const [property, value] of select(inputs, pattern)) {
      if (value instanceof Unknown || value === null || hasUnknown(value)) continue;
      for (const rule of Array.isArray(rules) ? rules : [rules]) {
        const reason = (rule as (value: Value) => string | undefined)(value);
        if (reason !== undefined) failures.push({ property, reason });
      }
    }
  failures.push(...(kind.together?.(inputs) ?? []));
  return failures;
}

/** The values at a path such as `listeners[*].port`, each with the path it was found at. */
export function* select(root: Value, pattern: string): Generator<[string, Value]> {
  yield* descend(root, pattern.match(/[^.[\]]+|\[\*\]/g) ?? [], "");
}

function* descend(value: Value, steps: readonly string[], path: string): Generator<[string, Value]> {
  const [step, ...rest] = steps;
  if (step === undefined) return yield [path, value];
  if (step === "[*]") {
    if (!isList(value)) return;
    for (const [index, item] of value.entries()) yield* descend(item, rest, `${path}[${index}]`);
    return;
  }
  const inner = isValues(value) ? value[step] : undefined;
  if (inner !== undefined) yield* descend(inner, rest, path === "" ? step : `${path}.${step}`);
}
