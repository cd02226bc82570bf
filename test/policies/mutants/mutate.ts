import { isDeepStrictEqual } from "node:util";
import type { Options, Registered } from "../../infra/mocked";
import { type Break, REMOVED } from "./breaks/break";

/** A stack with one safe setting broken. */
export interface Mutant {
  readonly phase: string;
  readonly subject: Registered;
  /** The broken resource; undefined: it is gone. */
  readonly broken: Registered | undefined;
  /** What was done, for people. */
  readonly what: string;
  readonly uncovered: string | undefined;
}

/** All mutants a break makes of a resource. */
export function mutantsOf(one: Break, phase: string, subject: Registered): Mutant[] {
  const mutant = (what: string, broken: Registered | undefined): Mutant => ({
    phase,
    subject,
    broken,
    what,
    uncovered: one.uncovered,
  });
  if (one.gone === true) return [mutant("left out", undefined)];
  if (one.options !== undefined) {
    const options = { ...subject.options, ...one.options };
    return isDeepStrictEqual(options, subject.options)
      ? []
      : [
          mutant(
            Object.entries(one.options)
              .map(([key, value]) => `${key} = ${shown(value)}`)
              .join(", "),
            { ...subject, options },
          ),
        ];
  }
  return placesOf(subject.inputs, keysOf(one.path ?? "")).flatMap((place) =>
    (one.to ?? []).flatMap((to) => {
      const before = valueAt(subject.inputs, place);
      const after =
        typeof to === "function"
          ? (to as (before: unknown, one: Registered) => unknown)(before, subject)
          : to;
      // What is not there cannot be taken away or changed.
      if (before === undefined && (after === REMOVED || typeof to === "function")) return [];
      if (isDeepStrictEqual(before, after)) return [];
      const inputs = changed(subject.inputs, place, after) as Record<string, unknown>;
      const options =
        place.length === 1 ? withoutDependency(subject.options, place[0] ?? "") : subject.options;
      return [mutant(`${place.join(".") || "inputs"} = ${shown(after)}`, { ...subject, inputs, options })];
    }),
  );
}

/** A property that was set anew no longer comes from the resources it came from. */
const withoutDependency = (options: Options, property: string): Options => ({
  ...options,
  propertyDependencies: Object.fromEntries(
    Object.entries(options.propertyDependencies).filter(([key]) => key !== property),
  ),
});

/** `a.b[*]['c.d']` as keys; `*` stands for each element. */
function keysOf(path: string): string[] {
  return [...path.matchAll(/\['([^']+)'\]|\[(\*|\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted ?? index ?? plain ?? "",
  );
}

/** Concrete places of a path: one for each element of the lists it runs through. A list that is too short has none. */
function placesOf(value: unknown, keys: readonly string[], before: readonly string[] = []): string[][] {
  const [key, ...rest] = keys;
  if (key === undefined) return [[...before]];
  if (key === "*")
    return Array.isArray(value)
      ? value.flatMap((element, index) => placesOf(element, rest, [...before, String(index)]))
      : [];
  if (/^\d+$/.test(key) && !(Array.isArray(value) && Number(key) < value.length)) return [];
  const inner = (value as Record<string, unknown> | undefined)?.[key];
  // A list further down has to exist; a group is made.
  if (inner === undefined && rest.some((one) => one === "*" || /^\d+$/.test(one))) return [];
  return placesOf(inner, rest, [...before, key]);
}

const valueAt = (value: unknown, place: readonly string[]): unknown =>
  place.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);

function changed(value: unknown, place: readonly string[], to: unknown): unknown {
  const [key, ...rest] = place;
  if (key === undefined) return to;
  if (Array.isArray(value))
    return value.flatMap((element, index) => {
      if (String(index) !== key) return [element];
      return rest.length === 0 && to === REMOVED ? [] : [changed(element, rest, to)];
    });
  const group = { ...(value as Record<string, unknown> | undefined) };
  if (rest.length === 0 && to === REMOVED) delete group[key];
  else group[key] = changed(group[key], rest, to);
  return group;
}

const shown = (value: unknown): string => {
  if (value === REMOVED) return "removed";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text === undefined ? "undefined" : text.length > 100 ? `…${text.slice(-100)}` : text;
};
