import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadChecks } from "../../releases/checks";
import { loadRelease } from "../../releases/load";
import { RELEASES } from "../jobs/support/run";
import { checksOf, type SmallShop, smallShop } from "../jobs/support/small-shop";

let shop: SmallShop;
beforeAll(() => {
  shop = smallShop();
});
afterAll(() => shop.remove());

function problemsOf(change: object | string): string {
  shop.write(
    "1.0.0",
    "checks.yaml",
    typeof change === "string" ? change : { ...checksOf("1.0.0"), ...change },
  );
  try {
    loadChecks(shop.directory, "1.0.0");
    return "";
  } catch (problem) {
    return (problem as Error).message;
  }
}

describe("checks.yaml", () => {
  test.each<[string, object | string, RegExp]>([
    ["a query that writes", { throughput: "DELETE FROM orders" }, /throughput: must be one SELECT/],
    ["two statements", { throughput: "SELECT 1; DROP TABLE orders" }, /must be one statement/],
    [
      "a change of all rows",
      { flows: [flow({ name: "all", change: "UPDATE t SET a = 1", parameters: ["x"] })] },
      /flows\.0/,
    ],
    ["two rules of one name", { invariants: [rule("one"), rule("one")] }, /"one" is used twice/],
    [
      "a table outside its data set",
      { dataSets: [{ name: "a", what: "some rows", tables: ["t"], neverDeleted: ["u"] }] },
      /"u" is not among the tables/,
    ],
    ["a word it does not know", { invariant: [] }, /Unrecognized key/],
    ["text that is no YAML", "version: [1", /checks\.yaml:1: /],
  ])("refuses %s, and says where", (_what, change, message) => {
    expect(problemsOf(change)).toMatch(message);
  });

  test("names all problems at once, each with its line", () => {
    const found = problemsOf({ throughput: "nothing", invariants: [] });
    expect(found.split("\n")).toHaveLength(2);
    expect(found).toMatch(/checks\.yaml:\d+: (throughput|invariants)/);
  });

  test("a release without checks is refused", () => {
    expect(() => loadChecks(shop.directory, "9.9.9")).toThrow(
      /is missing; a release must say how it is checked/,
    );
  });
});

describe.each(["3.2.0", "4.0.0"])("the checks of %s", (release) => {
  test("ask modules that the manifest has, and call what they measure alike", () => {
    const checks = loadChecks(RELEASES, release);
    const modules = new Set(loadRelease(RELEASES, release).modules.map(({ name }) => name));
    const asked = checks.flows.flatMap(({ steps, cleanup }) =>
      [...steps, ...cleanup].flatMap((step) => ("request" in step ? [step.request.module] : [])),
    );
    expect(
      [...new Set([...asked, ...checks.performance.map(({ module }) => module)])].filter(
        (name) => !modules.has(name),
      ),
    ).toEqual([]);
    expect(checks.performance.map(({ name }) => name)).toEqual(
      loadChecks(RELEASES, "3.2.0").performance.map(({ name }) => name),
    );
  });
});

const rule = (name: string): object => ({ name, what: "some rule", query: "SELECT 1" });
const flow = (step: object): object => ({ name: "flow", what: "some flow", steps: [step] });
