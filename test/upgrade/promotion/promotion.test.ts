import { describe, expect, it } from "vitest";
import {
  digestOfValue,
  judgeProved,
  judgeRecord,
  PROMOTED_STEPS,
  type Proved,
  provedParameters,
  readInputs,
  unproved,
  writeInputs,
} from "../../../infra/plan/promotion";
import { promotionDocument } from "../../../upgrade/promotion/record";
import { timeLimits } from "../../../upgrade/promotion/time-limits";

const NOW = new Date("2026-11-10T08:00:00.000Z");
const FROM = "organization/order-upgrade/staging";
const IMAGES = { orders: "r/orders@sha256:1", web: "r/web@sha256:2" };
const PARAMETERS = { "database.instanceClass": "db.r7g.large", "backup.retention": 35 };
const steps = (more: object = {}): Proved["steps"] => ({
  ...Object.fromEntries(
    PROMOTED_STEPS.map((step) => [
      step,
      { verdict: "passed", digest: `sha256:${step}`, finishedAt: "2026-11-09T08:00:00.000Z" },
    ]),
  ),
  ...more,
});
const proved = (more: Partial<Proved> = {}): Proved => ({
  release: "4.0.0",
  images: IMAGES,
  parameters: PARAMETERS,
  steps: steps(),
  ...more,
});
const wanted = (more: object = {}) => ({
  release: "4.0.0",
  images: IMAGES,
  parameters: PARAMETERS,
  differences: [] as string[],
  proofAge: 14 * 86_400,
  approver: "anna",
  ...more,
});
const record = (more: object = {}, finishedAt = "2026-11-10T07:00:00.000Z", verdict = "passed") => ({
  verdict,
  finishedAt,
  inputs: {
    from: FROM,
    approver: "anna",
    operator: "ben",
    ticket: "CHG-1",
    images: digestOfValue(IMAGES),
    parameters: digestOfValue(PARAMETERS),
    steps: Object.fromEntries(PROMOTED_STEPS.map((step) => [step, `sha256:${step}`])),
    ...more,
  },
});
const REFUSED = /Way out: /;

describe("what another stack proved", () => {
  it("lets the same release with the same parameters pass", () => {
    expect(judgeProved(proved(), wanted(), "staging", NOW)).toEqual([]);
  });

  it.each<[string, Partial<Proved>, object, RegExp]>([
    ["another release", { release: "4.0.1" }, {}, /staging proved 4\.0\.1, not 4\.0\.0/],
    ["no release", { release: undefined }, {}, /proved no release/],
    ["another digest", { images: { ...IMAGES, web: "r/web@sha256:3" } }, {}, /other images of 4\.0\.0: web/],
    ["a missing proof", { steps: steps({ verify: undefined }) }, {}, /no verify of 4\.0\.0/],
    ["a failed proof", { steps: steps({ switched: { verdict: "failed" } }) }, {}, /a failed switched/],
    ["an old proof", {}, { proofAge: 3600 }, /restore-check of staging is 1d old, at most 1h/],
    [
      "an unproved parameter",
      {},
      { parameters: { ...PARAMETERS, "backup.retention": 30 } },
      /backup\.retention is unproved: 35 in staging, 30 here.*change\.differences/,
    ],
    ["no parameters", { parameters: undefined }, {}, /does not say with which parameters/],
  ])("refuses %s, and names the way out", (_what, there, here, message) => {
    const problems = judgeProved(proved(there), wanted(here), "staging", NOW);
    expect(problems.join("\n")).toMatch(message);
    for (const problem of problems) expect(problem).toMatch(REFUSED);
  });
});

describe("declared differences", () => {
  it("cover a parameter or a whole group, and nothing beside it", () => {
    const [there, here] = [
      { "a.b": 1, "a.bc": 1, c: [1] },
      { "a.b": 2, "a.bc": 2, c: [2] },
    ];
    expect(unproved(there, here, ["a.b"]).map(({ path }) => path)).toEqual(["a.bc", "c"]);
    expect(unproved(there, here, ["a", "c"])).toEqual([]);
  });

  it("leave out what belongs to a stack: names, addresses, people, the dial", () => {
    expect(
      provedParameters({
        phase: "live",
        environment: "staging",
        network: { vpcId: "vpc-1" },
        edge: { host: "a", weight: 10, rateLimit: 100 },
        backup: { dataSets: [] },
      }),
    ).toEqual({ "edge.rateLimit": 100, "backup.dataSets": [] });
  });

  it("do not depend on the order of keys", () => {
    expect(digestOfValue({ a: 1, b: { c: 2, d: 3 } })).toBe(digestOfValue({ b: { d: 3, c: 2 }, a: 1 }));
  });
});

describe("a promotion record", () => {
  it("stands for what was promoted", () => {
    expect(judgeRecord(record(), proved(), wanted(), FROM, NOW)).toEqual([]);
  });

  it.each<[string, ReturnType<typeof record> | undefined, Partial<Proved>, object, RegExp]>([
    ["is missing", undefined, {}, {}, /no promotion record of 4\.0\.0/],
    ["is old", record({}, "2026-10-01T08:00:00.000Z"), {}, {}, /40d old, at most 14d/],
    ["has no date", record({}, "never"), {}, {}, /old, at most 14d/],
    ["did not pass", record({}, undefined, "failed"), {}, {}, /says "failed"/],
    [
      "is about another stack",
      record({ from: "organization/order-upgrade/dev" }),
      {},
      {},
      /change\.staging names/,
    ],
    ["is about other images", record(), {}, { images: { orders: "r/orders@sha256:9" } }, /other images/],
    [
      "is older than a parameter",
      record(),
      {},
      { parameters: { ...PARAMETERS, x: 1 } },
      /parameter was changed since/,
    ],
    [
      "has another approver",
      record({ approver: "carl" }),
      {},
      {},
      /approved by carl, change\.approver names anna/,
    ],
    ["has one person in both roles", record({ operator: "Anna" }), {}, {}, /promoted approved it/],
    [
      "is about a document that was altered",
      record(),
      { steps: steps({ verify: { verdict: "passed", digest: "sha256:x" } }) },
      {},
      /verify of .* is not the document/,
    ],
  ])("is refused when it %s, and names the way out", (_what, one, there, here, message) => {
    const problems = judgeRecord(one, proved(there), wanted(here), FROM, NOW);
    expect(problems.join("\n")).toMatch(message);
    for (const problem of problems) expect(problem).toMatch(/Way out: order-upgrade promote --from staging/);
  });

  it("is an evidence document, and its inputs come back as they were written", () => {
    const { inputs } = record();
    const body = promotionDocument({
      stack: "production",
      release: "4.0.0",
      attempt: 1,
      inputs,
      checks: [],
      limits: {},
      startedAt: NOW,
      finishedAt: NOW,
    });
    const document = JSON.parse(body) as { inputs: Record<string, string> };
    expect(document).toMatchObject({
      version: 1,
      step: "promotion",
      verdict: "passed",
      previous: "sha256:switched",
    });
    expect(readInputs(document.inputs)).toEqual(inputs);
    expect(readInputs(writeInputs(inputs))).toEqual(inputs);
  });
});

describe("time limits from a rehearsal (D14)", () => {
  it("are three times the rehearsal, more where rows are more, ten minutes at least", () => {
    expect(
      timeLimits(
        [
          { step: "migrate", seconds: 1800 },
          { step: "precheck", seconds: 5 },
          { step: "verify", seconds: 400 },
          { step: "promotion", seconds: 1 },
        ],
        4,
      ),
    ).toEqual({ "migration.timeLimit": "360m", "limits.precheck": "10m", "limits.verify": "80m" });
  });

  it("never fall below the rehearsal for a smaller stack, and end at a week", () => {
    expect(timeLimits([{ step: "backup", seconds: 600 }], 0.01)).toEqual({ "limits.backup": "30m" });
    expect(timeLimits([{ step: "migrate", seconds: 9e6 }], 1)).toEqual({ "migration.timeLimit": "10080m" });
  });
});
