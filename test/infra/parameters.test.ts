import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  groupKeys,
  type Parameters,
  ParametersProblem,
  parametersSchema,
  parseParameters,
  readText,
} from "../../infra/parameters";
import { declaredKeys, declareKeys, parametersPage, stackFileSchema } from "../../infra/parameters/document";
import type { Problem } from "../../infra/parameters/problems";
import { PHASES, STRATEGIES } from "../../infra/phases";
import { planUpgrade } from "../../infra/plan";
import { compatibilityProblems } from "../../infra/plan/compatibility";
import { CURRENT, manifests, minimal, NEXT } from "./samples";

const ROOT = path.resolve(__dirname, "..", "..");

/** What is wrong with the given parameters. */
function problemsOf(given: unknown): readonly Problem[] {
  try {
    parseParameters(given);
    return [];
  } catch (problem) {
    if (problem instanceof ParametersProblem) {
      expect(problem.stack).toBe("");
      return problem.problems;
    }
    throw problem;
  }
}

/** A copy of `base` with the value at `at` replaced; undefined removes it. */
function withValue(base: object, at: string, value: unknown): Record<string, unknown> {
  const copy = structuredClone(base) as Record<string, unknown>;
  const keys = at.split(".");
  let place = copy;
  for (const key of keys.slice(0, -1)) {
    place[key] = { ...(place[key] as object | undefined) };
    place = place[key] as Record<string, unknown>;
  }
  place[keys.at(-1) ?? ""] = value;
  return copy;
}

describe("refusals", () => {
  const cases: readonly [at: string, value: unknown, rule: string][] = [
    ["phase", "stedy", "must be one of"],
    ["strategy", "green", "must be blue-green or maintenance"],
    ["attempt", 0, "must be at least 1"],
    ["attempt", 1.5, "must be a whole number"],
    ["release.current", "4", "must be MAJOR.MINOR.PATCH"],
    ["release", undefined, "is missing"],
    ["network.vpcId", "vpc-x", "must be an identifier"],
    ["network.publicSubnetIds", ["subnet-0a1b2c3d4e5f60711"], "must name at least two subnets"],
    ["network.privateCidrs", ["10.0.0.0"], "must be a block"],
    ["database.storage", "20", "must be a whole number with a unit"],
    ["database.storage", "1GiB", "must be at least 20GiB"],
    ["business.orderTimeLimit", "30", "must be a whole number with a unit"],
    ["business.orderTimeLimit", "1s", "must be at least 1m"],
    ["business.timeZone", "Berlin", "must be a time zone"],
    ["business.payment.url", "pay.example", "must be an http or https address"],
    ["backup.lock", "strict", "must be none, governance or compliance"],
    ["edge.weight", 101, "must be at most 100"],
    ["edge.tlsPolicy", "ELBSecurityPolicy-2016-08", "must be a TLS 1.3 policy"],
    ["edge.slowStart", "60s", "must be 0s with balancing least_outstanding_requests"],
    ["edge.balancing", "random", "must be least_outstanding_requests or round_robin"],
    ["monitoring.receivers", ["nobody"], "must be an e-mail address"],
    ["monitoring.period", "90s", "must be 10s, 20s, 30s or whole minutes"],
    ["soak.period", "30s", "must be at least the alarms' period"],
    ["database.storageLimit", "50GiB", "must not be below database.storage"],
    ["database.iops", 6000, "must be absent with gp3 below 400GiB"],
    [
      "change.freezes",
      [{ from: "2026-02-02", to: "2026-02-01", reason: "x" }],
      "must not be before the first day",
    ],
    ["edge.previewHost", "shop.example", "must not be the customers' name"],
    ["release.next", CURRENT, "must not be the release in use"],
    ["database.colour", "blue", "is not a parameter"],
  ];

  it.each(cases)("%s: %j", (at, value, rule) => {
    const problems = problemsOf(withValue(minimal(), at, value));
    expect(problems).toHaveLength(1);
    const [problem] = problems;
    expect(problem?.path.startsWith(at)).toBe(true);
    expect(problem?.rule).toContain(rule);
    expect(problem?.wayOut).not.toBe("");
  });

  it("lists all problems at once", () => {
    const given = withValue(withValue(withValue(minimal(), "phase", "x"), "attempt", -1), "edge.host", "?");
    expect(problemsOf(given).map(({ path: at }) => at)).toEqual(["phase", "attempt", "edge.host"]);
  });

  it("says what was got and what to do", () => {
    try {
      parseParameters(withValue(minimal(), "phase", "stedy"));
      expect.unreachable();
    } catch (problem) {
      expect((problem as Error).message).toBe(
        [
          "A parameter is refused; nothing was changed:",
          '  - phase: must be one of steady, prepared, migrated, staged, live, complete, reverted; got "stedy". Did you mean steady? Correct order-upgrade:phase in the stack file.',
        ].join("\n"),
      );
    }
  });

  it("suggests the group that was meant", () => {
    const [problem] = problemsOf({ ...minimal(), databse: {} });
    expect(problem?.wayOut).toContain("Did you mean database?");
  });

  it("asks for a release to go to, and for the confirmation of what cannot be undone", () => {
    expect(problemsOf({ ...minimal(), phase: "prepared" })[0]?.path).toBe("release.next");
    const complete = { ...minimal(), phase: "complete", release: { current: CURRENT, next: NEXT } };
    expect(problemsOf(complete)).toEqual([expect.objectContaining({ path: "confirm" })]);
    expect(problemsOf({ ...complete, confirm: [`complete ${NEXT}`] })).toEqual([]);
    expect(problemsOf(withValue(minimal(), "backup.lock", "compliance"))).toEqual([
      expect.objectContaining({ path: "confirm" }),
    ]);
  });

  it("asks more of production", () => {
    const given = withValue({ ...minimal(), environment: "production" }, "database.multiZone", false);
    expect(problemsOf(given).map(({ path: at }) => at)).toEqual([
      "database.multiZone",
      "monitoring.receivers",
    ]);
    const upgrade = {
      ...minimal(),
      environment: "production",
      phase: "prepared",
      release: { current: CURRENT, next: NEXT },
      monitoring: { receivers: ["a@shop.example"] },
    };
    expect(problemsOf(upgrade).map(({ path: at }) => at)).toEqual(["change.ticket", "change.approver"]);
  });

  it("allows a slow start where AWS does, from 30s on", () => {
    const fair = withValue(minimal(), "edge.balancing", "round_robin");
    expect(problemsOf(withValue(fair, "edge.slowStart", "30s"))).toEqual([]);
    expect(problemsOf(withValue(fair, "edge.slowStart", "29s"))).toEqual([
      expect.objectContaining({ path: "edge.slowStart", rule: "must be 0s or at least 30s" }),
    ]);
  });

  it("asks for the firewall where its page has to tell customers when to come back", () => {
    const given = withValue({ ...minimal(), strategy: "maintenance" }, "edge.firewall", false);
    expect(problemsOf(given)).toEqual([expect.objectContaining({ path: "edge.firewall" })]);
  });

  it("allows no canary where the old release is down", () => {
    const given = withValue({ ...minimal(), strategy: "maintenance" }, "edge.weight", 10);
    expect(problemsOf(given)).toEqual([expect.objectContaining({ path: "edge.weight" })]);
  });
});

describe("releases", () => {
  const parameters = parseParameters({ ...minimal(), release: { current: CURRENT, next: NEXT } });

  it("fit each other and the stack", () => {
    expect(compatibilityProblems(parameters, manifests)).toEqual([]);
  });

  it("are refused when the way leads over another release, or a parameter is missing", () => {
    const next = manifests[NEXT] as (typeof manifests)[string];
    const elsewhere = { ...manifests, [NEXT]: { ...next, upgradeFrom: ["3.9.0"] } };
    expect(compatibilityProblems(parameters, elsewhere)).toEqual([
      expect.objectContaining({ path: "release.next", wayOut: "Go to 3.9.0 first." }),
    ]);
    const [first, ...rest] = next.modules;
    const demanding = {
      ...manifests,
      [NEXT]: {
        ...next,
        modules: [
          {
            ...(first as (typeof next.modules)[number]),
            configuration: [{ variable: "X", parameter: "business.nothing", unit: "text" as const }],
            reaches: ["nobody"],
          },
          ...rest,
        ],
      },
    };
    expect(compatibilityProblems(parameters, demanding).map(({ path: at }) => at)).toEqual([
      "business.nothing",
      "business.nobody",
    ]);
  });
});

describe("configuration as the engine hands it over", () => {
  it("reads each text as what the parameter is", () => {
    expect(readText("attempt", "3")).toBe(3);
    expect(readText("database.engineVersion", "17.5")).toBe("17.5");
    expect(readText("release.next", "4.0.0")).toBe("4.0.0");
    expect(readText("edge.firewall", "false")).toBe(false);
    expect(readText("confirm", '["complete 4.0.0"]')).toEqual(["complete 4.0.0"]);
    expect(readText("edge", '{"weight":10}')).toEqual({ weight: 10 });
    expect(readText("attempt", "many")).toBe("many");
    expect(readText("nothing", "{")).toBe("{");
  });

  it("lets a key with dots win over the group it belongs to", () => {
    const flat = { "release.next": "4.0.0", release: { current: "3.2.0", next: "3.9.0" }, phase: "live" };
    expect(groupKeys(flat)).toEqual({ release: { current: "3.2.0", next: "4.0.0" }, phase: "live" });
    expect(flat.release.next).toBe("3.9.0");
  });
});

describe("generated files", () => {
  it("are those of the schema: run `npm run parameters`", () => {
    expect(readFileSync(path.join(ROOT, "stacks", "order-upgrade.schema.json"), "utf8")).toBe(
      stackFileSchema(),
    );
    expect(readFileSync(path.join(ROOT, "docs", "parameters.md"), "utf8")).toBe(parametersPage());
    const project = readFileSync(path.join(ROOT, "Pulumi.yaml"), "utf8");
    expect(project).toBe(declareKeys(project));
  });

  it("declare keys as the CLI knows them, and ask a stack for no more than the program does", () => {
    const keys = declaredKeys();
    expect(Object.keys(keys)).toEqual(Object.keys(parametersSchema.shape));
    for (const { type, items, description } of Object.values(keys)) {
      expect(["string", "integer", "boolean", "array", "object"]).toContain(type);
      expect(items !== undefined).toBe(type === "array");
      expect(description).not.toBe("");
    }
    const needed = Object.keys(keys).filter((name) => keys[name]?.default === undefined);
    for (const name of needed)
      expect(
        problemsOf(withValue(minimal(), name, undefined)).map(({ path: at }) => at.split(".")[0]),
      ).toContain(name);
    const given = Object.fromEntries(
      Object.entries(keys).flatMap(([name, { default: value }]) =>
        value === undefined ? [] : [[name, value]],
      ),
    );
    expect(parseParameters({ ...given, ...minimal() })).toEqual(parseParameters(minimal()));
  });

  it("describe every parameter", () => {
    const page = parametersPage();
    for (const group of Object.keys(parametersSchema.shape)) expect(page).toContain(group);
    expect(page).not.toContain("undefined");
    expect(page.split("\n").filter((line) => /^\| `[^`]+` \| {2}\|/.test(line))).toEqual([]);
  });
});

const duration = fc
  .tuple(fc.integer({ min: 1, max: 59 }), fc.constantFrom("m", "h"))
  .map(([n, unit]) => `${n}${unit}`);

/** Random parameters that every rule allows. */
const valid = fc
  .record({
    phase: fc.constantFrom(...PHASES),
    strategy: fc.constantFrom(...STRATEGIES),
    attempt: fc.integer({ min: 1, max: 9999 }),
    weight: fc.integer({ min: 0, max: 100 }),
    orderTimeLimit: duration,
    storage: fc.integer({ min: 100, max: 500 }),
    growth: fc.nat(1000),
    replicas: fc.integer({ min: 1, max: 100 }),
    soak: fc.integer({ min: 5, max: 59 }).map((n) => `${n}m`),
    interval: fc.integer({ min: 1, max: 168 }).map((n) => `${n}h`),
    autoscaling: fc.boolean(),
    containment: fc.boolean(),
  })
  .map((one) => {
    let given: Record<string, unknown> = {
      ...minimal(),
      phase: one.phase,
      strategy: one.strategy,
      attempt: one.attempt,
      confirm: [`complete ${NEXT}`],
      release: { current: CURRENT, next: NEXT },
    };
    const canary = one.strategy === "blue-green" && one.phase !== "complete";
    const values: Record<string, unknown> = {
      "edge.weight": canary ? one.weight : 100,
      "business.orderTimeLimit": one.orderTimeLimit,
      "database.storage": `${one.storage}GiB`,
      "database.storageLimit": `${one.storage + one.growth}GiB`,
      "cluster.maximumReplicas": one.replicas,
      "cluster.autoscaling": one.autoscaling,
      "soak.period": one.soak,
      "backup.interval": one.interval,
      "security.containment": one.containment,
    };
    for (const [at, value] of Object.entries(values)) given = withValue(given, at, value);
    return given;
  });

describe("random parameters", () => {
  it("that are valid always give a plan in which every node can be reached", () => {
    fc.assert(
      fc.property(valid, (given) => {
        const parameters: Parameters = parseParameters(given);
        const plan = planUpgrade(parameters, manifests, "test");
        expect(compatibilityProblems(parameters, manifests)).toEqual([]);
        for (const job of plan.jobs) expect(job.name.length).toBeLessThanOrEqual(63);
        for (const route of plan.routes)
          for (const forward of route.forwards) expect(plan.weights[forward.release]).toBe(forward.weight);
        const priorities = [...plan.routes, ...plan.previewRoutes].map(({ priority }) => priority);
        expect(new Set(priorities).size).toBe(priorities.length);
        for (const priority of priorities) expect(priority).toBeLessThanOrEqual(50_000);
      }),
      { numRuns: 200 },
    );
  });

  it("with one wrong value are always refused, naming path, rule, value and way out", () => {
    const places = [
      "phase",
      "attempt",
      "edge.weight",
      "business.orderTimeLimit",
      "database.storage",
      "cluster.name",
      "network.vpcId",
      "soak.period",
      "release.current",
      "backup",
      "edge",
      "confirm",
    ];
    const junk = fc.oneof(
      fc.constant(null),
      fc.constant({}),
      fc.constant([[]]),
      fc.constant(""),
      fc.constant(-1),
      fc.constant("ÿ"),
    );
    fc.assert(
      fc.property(valid, fc.constantFrom(...places), junk, (given, at, value) => {
        const harmless =
          (at === "backup" && JSON.stringify(value) === "{}") || (at === "cluster.name" && value === "ÿ");
        fc.pre(!harmless);
        const problems = problemsOf(withValue(given, at, value));
        expect(problems.length).toBeGreaterThan(0);
        for (const problem of problems) {
          expect(problem.path).not.toBe("");
          expect(problem.rule).not.toBe("");
          expect(problem.wayOut).not.toBe("");
        }
        expect(problems.some((problem) => problem.path.startsWith(at))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("with a name nobody knows are refused", () => {
    fc.assert(
      fc.property(valid, fc.stringMatching(/^[a-z]{3,12}X$/), (given, name) => {
        expect(problemsOf({ ...given, [name]: 1 })).toContainEqual(expect.objectContaining({ path: name }));
      }),
      { numRuns: 50 },
    );
  });
});
