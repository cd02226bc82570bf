import { describe, expect, it } from "vitest";
import { resourceRule } from "../../../policies/frame/rule";
import { judge, UNKNOWN } from "../harness";

const FACTS = {
  title: "t",
  severity: "high",
  level: "mandatory",
  remediation: "Do it.",
  types: ["t"],
} as const;

describe("a rule in a pack", () => {
  it("that throws is a violation naming the rule, never a pass", () => {
    const rule = resourceRule({
      ...FACTS,
      name: "broken",
      check: () => {
        throw new TypeError("no such thing");
      },
    });
    expect(judge(rule, [{ type: "t" }]).violations[0]).toMatch(
      /The rule broken itself failed \(no such thing\)/,
    );
  });

  it("keeps what it found before it met an unknown value, and says that it is undecided", () => {
    const rule = resourceRule({
      ...FACTS,
      name: "half",
      check: ({ props }, findings) => {
        findings.report("seen");
        if (props.key === "x") findings.report("never");
      },
    });
    const { violations, undecided } = judge(rule, [{ type: "t", props: { key: UNKNOWN } }]);
    expect(violations).toEqual(["seen Way out: Do it."]);
    expect(undecided[0]).toMatch(/\.key can't be known.*UNDECIDED/);
  });

  it("looks at the other parts when one of them is unknown", () => {
    const rule = resourceRule({
      ...FACTS,
      name: "parts",
      check: ({ props }, findings) =>
        findings.each(props.list as string[], (element) => {
          if (element === "bad") findings.report("bad element");
        }),
    });
    const { violations, undecided } = judge(rule, [{ type: "t", props: { list: [UNKNOWN, "bad", "good"] } }]);
    expect(violations).toHaveLength(1);
    expect(undecided).toHaveLength(1);
  });

  it("that may wait says that it is decided in the update", () => {
    const rule = resourceRule({
      ...FACTS,
      name: "waits",
      unknown: "wait",
      check: ({ props }) => void `${props.key}`,
    });
    expect(judge(rule, [{ type: "t", props: { key: UNKNOWN } }]).undecided[0]).toMatch(
      /decided in the update/,
    );
  });

  it("is not applicable to other types", () => {
    const rule = resourceRule({
      ...FACTS,
      name: "typed",
      types: ["t", "u"],
      check: (_subject, findings) => findings.report("hit"),
    });
    expect(judge(rule, [{ type: "v" }])).toEqual({ violations: [], undecided: [], notApplicable: true });
    expect(judge(rule, [{ type: "u" }]).violations).toHaveLength(1);
  });
});
