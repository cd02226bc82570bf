import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { actionOf, ruleOf } from "../../../../../drill/cloud/aws/edge/control/rules";
import { matches } from "../../../../../drill/cloud/aws/edge/data-plane/health-check";
import {
  chooseGroup,
  compile,
  type Incoming,
  route,
} from "../../../../../drill/cloud/aws/edge/data-plane/routing";

const incoming = (more: Partial<Incoming> = {}): Incoming => ({
  host: "shop.example.com",
  method: "GET",
  path: "/api/orders/1",
  query: new URLSearchParams("version=2"),
  headers: { "x-canary": "Yes" },
  source: "10.1.2.3",
  ...more,
});

const holds = (condition: object, request = incoming()): boolean =>
  route([compile(ruleOf("r", 1, [condition] as never, [{ type: "fixed-response" }]))], request) !== undefined;

describe("conditions", () => {
  test.each([
    [{ hostHeader: { values: ["SHOP.example.com"] } }, true],
    [{ hostHeader: { values: ["*.example.com"] } }, true],
    [{ hostHeader: { values: ["example.com"] } }, false],
    [{ pathPattern: { values: ["/img/*", "/api/*"] } }, true],
    [{ pathPattern: { values: ["/API/*"] } }, false],
    [{ pathPattern: { values: ["/api/orders/?"] } }, true],
    [{ pathPattern: { values: ["/api/orders"] } }, false],
    [{ httpHeader: { httpHeaderName: "X-Canary", values: ["yes"] } }, true],
    [{ httpHeader: { httpHeaderName: "X-Other", values: ["*"] } }, false],
    [{ httpRequestMethod: { values: ["GET", "HEAD"] } }, true],
    [{ httpRequestMethod: { values: ["POST"] } }, false],
    [{ queryStrings: [{ key: "version", value: "?" }] }, true],
    [{ queryStrings: [{ value: "3" }] }, false],
    [{ sourceIp: { values: ["192.0.2.0/24", "10.0.0.0/8"] } }, true],
    [{ sourceIp: { values: ["10.1.2.4/32"] } }, false],
    [{ sourceIp: { values: ["0.0.0.0/0"] } }, true],
  ])("%j: %s", (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });

  test("a pattern means its dots and brackets as they are", () => {
    expect(holds({ pathPattern: { values: ["/a.b(c)"] } }, incoming({ path: "/axb(c)" }))).toBe(false);
    expect(holds({ pathPattern: { values: ["/a.b(c)"] } }, incoming({ path: "/a.b(c)" }))).toBe(true);
  });

  test("several conditions must all hold, and the first rule in order wins", () => {
    const both = ruleOf(
      "both",
      1,
      [{ pathPattern: { values: ["/api/*"] } }, { httpRequestMethod: { values: ["POST"] } }],
      [],
    );
    const one = ruleOf("one", 2, [{ pathPattern: { values: ["/api/*"] } }], []);
    const last = ruleOf("default", Number.POSITIVE_INFINITY, undefined, []);
    const rules = [both, one, last].map(compile);
    expect(route(rules, incoming())?.arn).toBe("one");
    expect(route(rules, incoming({ method: "POST" }))?.arn).toBe("both");
    expect(route(rules, incoming({ path: "/" }))?.arn).toBe("default");
  });
});

describe("weights", () => {
  const groups = fc.array(fc.record({ arn: fc.uuid(), weight: fc.integer({ min: 0, max: 999 }) }), {
    minLength: 1,
    maxLength: 5,
  });

  test("a group is chosen for exactly its share of all chances", () => {
    fc.assert(
      fc.property(groups, (all) => {
        const total = all.reduce((sum, { weight }) => sum + weight, 0);
        let from = 0;
        for (const group of all) {
          if (group.weight === 0) continue;
          expect(chooseGroup(all, (from + 0.001) / total)).toBe(group);
          expect(chooseGroup(all, (from + group.weight - 0.001) / total)).toBe(group);
          from += group.weight;
        }
        if (total === 0) expect(chooseGroup(all, 0.5)).toBeUndefined();
      }),
    );
  });

  test("a single group needs no weight", () => {
    expect(actionOf([{ type: "forward", targetGroupArn: "arn:a" }])).toMatchObject({
      groups: [{ arn: "arn:a", weight: 1 }],
    });
    expect(actionOf([{ type: "forward", forward: { targetGroups: [{ arn: "arn:b" }] } }])).toMatchObject({
      groups: [{ arn: "arn:b", weight: 1 }],
    });
  });
});

test("status codes match as the matcher says", () => {
  expect([
    matches("200", 200),
    matches("200", 204),
    matches("200-299", 204),
    matches("200,302", 302),
    matches("200,302-304", 303),
  ]).toEqual([true, false, true, true, true]);
});
