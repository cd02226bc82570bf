import { describe, expect, it } from "vitest";
import type { Rule } from "../../policies/frame/rule";
import { type FakeResource, judge, UNKNOWN } from "./harness";

type Change = Readonly<Record<string, unknown>>;
export const REMOVED = Symbol("removed");

/** What a rule must say in each of the five situations every rule meets. */
export interface Cases {
  readonly rule: Rule;
  /** Resources that the rule is content with. The first is the one changes are made to. */
  readonly good: readonly FakeResource[];
  /** Changes (path → value, REMOVED takes a property away), each with the whole list of what is reported, in order. */
  readonly failing: readonly (readonly [change: Change | readonly FakeResource[], ...messages: RegExp[]])[];
  /** The edge between good and bad: the last good value (no message) and the first bad one. */
  readonly boundary: readonly (readonly [change: Change | readonly FakeResource[], ...messages: RegExp[]])[];
  /** Paths whose value is unknown in a preview: the rule must say that it is not decided. */
  readonly unknown: readonly string[];
  /** Set and unknown is as good as set: a key or a name that the same update makes. */
  readonly unknownIsSet?: readonly string[];
  /** A resource the rule has nothing to say about. Default: a random password. */
  readonly other?: FakeResource;
}

const OTHER: FakeResource = { type: "random:index/randomPassword:RandomPassword", props: { length: 20 } };

/** Declares the tests of a rule. */
export function proves({
  rule,
  good,
  failing,
  boundary,
  unknown,
  unknownIsSet = [],
  other = OTHER,
}: Cases): void {
  const judged = (change: Change | readonly FakeResource[]) =>
    judge(rule, Array.isArray(change) ? change : changed(good, change as Change));
  const says = (change: Change | readonly FakeResource[], messages: readonly RegExp[]): void => {
    const { violations, undecided } = judged(change);
    expect(violations, violations.join("\n")).toHaveLength(messages.length);
    for (const [index, message] of messages.entries()) expect(violations[index]).toMatch(message);
    expect(undecided).toEqual([]);
  };
  describe(rule.name, () => {
    it("is content with a good resource", () => says({}, []));
    it.each(failing.map((entry, index) => [index + 1, entry] as const))(
      "reports violation %i, with the way out",
      (_number, [change, ...messages]) => {
        expect(messages.length).toBeGreaterThan(0);
        says(change, messages);
        for (const violation of judged(change).violations)
          expect(violation).toContain(`Way out: ${rule.remediation}`);
      },
    );
    it.each(boundary.map((entry, index) => [index + 1, entry] as const))(
      "draws the line at boundary %i",
      (_number, [change, ...messages]) => says(change, messages),
    );
    it.each(unknown)("does not pass while %s is unknown", (path) => {
      const { violations, undecided } = judged({ [path]: UNKNOWN });
      expect(undecided.length + violations.length).toBeGreaterThan(0);
      if (rule.level !== "advisory" && violations.length === 0)
        expect(undecided[0]).toMatch(rule.unknown === "wait" ? /decided in the update/ : /UNDECIDED/);
    });
    it.each(unknownIsSet)("takes %s as set though its value is not known yet", (path) =>
      says({ [path]: UNKNOWN }, []),
    );
    it("has nothing to say about other resources", () => {
      const { violations, undecided, notApplicable } = judge(rule, [other]);
      expect([...violations, ...undecided]).toEqual([]);
      if (rule.kind === "resource") expect(notApplicable).toBe(true);
    });
  });
}

/** The resources with a change made to the first: paths lead into its properties; `opts.` and `type` change the resource itself. */
export function changed(resources: readonly FakeResource[], change: Change): FakeResource[] {
  // One by one: fixtures that share a part must not share the change.
  const copy = resources.map((resource) => structuredClone(resource));
  for (const [path, value] of Object.entries(change)) {
    // Tokens are names, or anything in brackets: `labels.[pod-security.kubernetes.io/enforce]`.
    const [first = "", ...rest] = Array.from(
      path.matchAll(/\[([^\]]*)\]|[^.[\]]+/g),
      ([all, inner]) => inner ?? all,
    );
    const index = /^#(\d+)$/.exec(first);
    const target = copy[Number(index?.[1] ?? 0)] as unknown as Record<string, unknown>;
    const steps = index === null ? [first, ...rest] : rest;
    const inner =
      steps[0] === "opts" || steps[0] === "type" || steps[0] === "name" ? steps : ["props", ...steps];
    put(target, inner, value);
  }
  return copy;
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    if (value === REMOVED) delete target[key];
    else target[key] = value;
    return;
  }
  target[key] ??= {};
  put(target[key] as Record<string, unknown>, rest, value);
}
