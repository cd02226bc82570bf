import { describe, expect, it } from "vitest";
import { changedPaths, compare } from "../../../upgrade/check/compare";
import { type LoggedEvent, readEvents, summarise } from "../../../upgrade/check/events";
import { markdown } from "../../../upgrade/check/markdown";
import { judge } from "../../../upgrade/check/report";
import { sarif } from "../../../upgrade/check/sarif";
import { lossText, type PlannedStep, plannedLosses } from "../../../upgrade/check/stateful";

const DATABASE = "aws:rds/instance:Instance";
const urn = (type: string, name: string): string => `urn:pulumi:production::order-upgrade::${type}::${name}`;
const step = (
  operation: string,
  type: string,
  name: string,
  inputs: Record<string, unknown> = {},
  changed: string[] = [],
): PlannedStep => ({ operation, urn: urn(type, name), type, name, inputs, changed });

const upgrade = (inputs: Record<string, unknown> = {}): PlannedStep =>
  step("same", "order-upgrade:upgrade:Upgrade", "upgrade", {
    phase: "steady",
    confirm: [],
    irreversible: [{ phase: "complete", what: "the old data model is removed" }],
    ...inputs,
  });

const policy = (message: string, level = "mandatory", name = "rds-not-public"): LoggedEvent => ({
  policyEvent: {
    resourceUrn: urn(DATABASE, "database"),
    message,
    policyName: name,
    policyPackName: "order-upgrade-security",
    enforcementLevel: level,
  },
});
const none = summarise([]);

describe("planned losses", () => {
  it.each([
    ["delete", "delete"],
    ["replace", "replace"],
    ["create-replacement", "replace"],
    ["delete-replaced", "replace"],
  ])("a %s of a database stops the run unless it is confirmed by name", (operation, what) => {
    const plan = [step(operation, DATABASE, "database", {}, ["engine"])];
    const [loss] = plannedLosses(plan, []);
    expect(loss).toMatchObject({ what, confirmed: false });
    expect(loss && lossText(loss)).toContain(`confirm it with "${what} database"`);
    expect(plannedLosses(plan, [`${what} database`])).toMatchObject([{ confirmed: true }]);
    expect(plannedLosses(plan, [`${what} other`, "database"])).toMatchObject([{ confirmed: false }]);
  });

  it("are counted once a resource, and only for what holds something", () => {
    expect(
      plannedLosses(
        [step("create-replacement", DATABASE, "database"), step("replace", DATABASE, "database")],
        [],
      ),
    ).toHaveLength(1);
    expect(
      plannedLosses(
        [
          step("update", DATABASE, "database"),
          step("delete", "kubernetes:apps/v1:Deployment", "orders"),
          step("delete", DATABASE, "scratch", { snapshotIdentifier: "s", tags: { purpose: "scratch" } }),
        ],
        [],
      ),
    ).toEqual([]);
  });
});

describe("comparison of two programs", () => {
  it("tells what is new, changed, replaced, gone and the same", () => {
    const base = [
      step("create", DATABASE, "kept", { engine: "postgres" }),
      step("create", DATABASE, "database", { identifier: "a", multiAz: true }),
      step("create", "aws:sns/topic:Topic", "topic", { name: "a" }),
      step("create", DATABASE, "gone", { engine: "postgres" }),
    ];
    const head = [
      step("create", DATABASE, "kept", { engine: "postgres" }),
      step("create", DATABASE, "database", { identifier: "b", multiAz: true }),
      step("create", "aws:sns/topic:Topic", "topic", { name: "b" }),
      step("create", DATABASE, "new"),
    ];
    expect(compare(base, head).map(({ operation, name, changed }) => [operation, name, changed])).toEqual([
      ["same", "kept", []],
      ["replace", "database", ["identifier"]],
      ["update", "topic", ["name"]],
      ["create", "new", []],
      ["delete", "gone", []],
    ]);
  });

  it("names each path that differs", () => {
    expect(changedPaths({ a: { b: 1, c: [1] }, d: 1 }, { a: { b: 2, c: [1, 2] }, e: 1 })).toEqual([
      "a.b",
      "a.c",
      "d",
      "e",
    ]);
  });
});

describe("verdict", () => {
  it("passes when nothing stands in the way", () => {
    const report = judge("production", "main", { ...none, steps: [upgrade()] }, [
      step("update", DATABASE, "database", {}, ["iops"]),
    ]);
    expect(report).toMatchObject({
      verdict: "passed",
      problems: [],
      groups: { data: [{ operation: "update", name: "database" }] },
      costs: ["update database: iops"],
    });
  });

  it("fails for a mandatory violation, an undecided mandatory rule, an error and an unconfirmed loss", () => {
    const preview = summarise([
      policy("It is public."),
      policy("can't run policy (UNDECIDED: the pull-request check fails)", "advisory"),
      { diagnosticEvent: { urn: urn(DATABASE, "database"), severity: "error", message: "<{%reset%}>no\n" } },
    ]);
    const report = judge("production", undefined, preview, [step("delete", DATABASE, "database")]);
    expect(report.verdict).toBe("failed");
    expect(report.problems).toEqual([
      "database: no",
      "order-upgrade-security rds-not-public (database): It is public.",
      expect.stringContaining("UNDECIDED"),
      expect.stringContaining('"delete database"'),
    ]);
  });

  it("passes with advice, with a rule the update decides, and with a waiver, and shows advice and waiver", () => {
    const preview = summarise([
      policy("Better so.", "advisory"),
      policy("can't run policy 'x' during preview (decided in the update)", "advisory"),
      policy("1 of 1: x, 9 days left", "advisory", "security-waivers-in-use"),
    ]);
    const report = judge("production", "main", preview, []);
    expect(report.verdict).toBe("passed");
    expect(report.violations.map(({ message }) => message)).toEqual(["Better so."]);
    expect(report.waivers).toEqual(["1 of 1: x, 9 days left"]);
  });

  it("takes confirmations from the stack's own parameters and names what cannot be undone", () => {
    const preview = {
      ...none,
      steps: [upgrade({ phase: "complete", confirm: ["complete 4.0.0", "replace database"] })],
    };
    const report = judge("production", "main", preview, [step("replace", DATABASE, "database")]);
    expect(report.verdict).toBe("passed");
    expect(report.irreversible).toEqual(["the old data model is removed", "replace database (confirmed)"]);
  });
});

describe("output", () => {
  const preview = summarise([policy("It is public."), policy("Better so.", "advisory", "rds-logs")]);
  const report = judge("production", "main", preview, [step("delete", DATABASE, "database")]);

  it("is a comment with a table by group", () => {
    const text = markdown(report);
    expect(text).toContain("## ✗ production: failed");
    expect(text).toContain("| data |  |  |  | 1 |");
    expect(text).toContain("- − `database` Instance");
    expect(text.indexOf("What stands in the way")).toBeLessThan(text.indexOf("### Changes"));
    expect(markdown(judge("dev", undefined, none, []))).toContain("No resource changes.");
  });

  it("is SARIF with each violation at its rule, and the loss", () => {
    expect(sarif(report)).toMatchObject({
      version: "2.1.0",
      runs: [
        {
          tool: { driver: { rules: [{ id: "rds-logs" }, { id: "rds-not-public" }] } },
          results: [
            { ruleId: "rds-not-public", level: "error" },
            { ruleId: "rds-logs", level: "warning" },
            {
              ruleId: "plan",
              level: "error",
              message: { text: expect.stringContaining("would be deleted") },
            },
          ],
        },
      ],
    });
  });
});

it("refuses a broken event log with the line", () => {
  expect(() => readEvents('{"sequence":1}\n\n{"seq')).toThrow("line 3 of the event log is not JSON");
});
