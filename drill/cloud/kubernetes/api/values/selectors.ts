import type { LabelSelector } from "../types/meta";

type Labels = Readonly<Record<string, string>> | undefined;

/** An absent selector matches nothing, an empty one everything. */
export function matches(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  if (!matchesAll(selector.matchLabels ?? {}, labels)) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels?.[key];
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      default:
        return value === undefined;
    }
  });
}

export function matchesAll(wanted: Readonly<Record<string, string>>, labels: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
}

/** A selector in the form of a query parameter: `app=orders,tier!=cache,version in (a,b),!old`. */
export function parseSelector(text: string): LabelSelector {
  const matchExpressions = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(part);
      if (set !== null) {
        const values = (set[3] ?? "").split(",").map((value) => value.trim());
        return { key: set[1] ?? "", operator: set[2] === "in" ? "In" : "NotIn", values };
      }
      const equals = /^([^!=]+)(==|=|!=)(.*)$/.exec(part);
      if (equals !== null) {
        const operator = equals[2] === "!=" ? "NotIn" : "In";
        return { key: (equals[1] ?? "").trim(), operator, values: [(equals[3] ?? "").trim()] };
      }
      return part.startsWith("!")
        ? { key: part.slice(1), operator: "DoesNotExist" }
        : { key: part, operator: "Exists" };
    });
  return { matchExpressions };
}
