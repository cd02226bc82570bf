import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PHASE_TABLE, PHASES } from "../../infra/phases";
import { document, type Registered, runAt, runProgram, stackConfiguration } from "./program";

const RECORDED = path.join(__dirname, "recorded");
const STACKS = ["dev", "staging", "production"] as const;
const runs = new Map<string, Registered[]>();
const key = (stack: string, phase: string, more = ""): string => `${stack}.${phase}${more}`;
const run = (stack: string, phase: string, more = ""): Registered[] =>
  runs.get(key(stack, phase, more)) ?? [];

// One file, one process: loading the provider libraries costs more than all programs together.
beforeAll(async () => {
  for (const stack of STACKS)
    for (const phase of PHASES) runs.set(key(stack, phase), (await runAt(stack, phase)).resources);
  for (const phase of PHASES)
    runs.set(
      key("dev", phase, ".maintenance"),
      (await runAt("dev", phase, { strategy: "maintenance" })).resources,
    );
  const upgraded = await runAt("production", "steady", { release: { current: "4.0.0" } });
  runs.set(key("production", "steady", ".upgraded"), upgraded.resources);
}, 240_000);

afterAll(() => runs.clear());

const identities = (resources: readonly Registered[]): string =>
  `${resources
    .map(({ type, name }) => `${type} ${name}`)
    .sort()
    .join("\n")}\n`;

/** Resources that hold data, keys or names that others know: a change of the dial never touches them. */
const LASTING =
  /^(aws:(rds\/(instance|subnetGroup|parameterGroup)|s3\/bucket|kms\/key|secretsmanager|backup\/vault|lb\/(loadBalancer|listener):|ec2\/securityGroup:|sns\/topic:)|kubernetes:core\/v1:Namespace|pulumi:providers|random:)/;

const named = (resources: readonly Registered[]): Map<string, Registered> =>
  new Map(resources.map((one) => [`${one.type} ${one.name}`, one]));

/** Both lists' resources of the same identity. */
function common(one: readonly Registered[], other: readonly Registered[]): [Registered, Registered][] {
  const others = named(other);
  return [...named(one)].flatMap(([identity, resource]) => {
    const match = others.get(identity);
    return match === undefined ? [] : [[resource, match] as [Registered, Registered]];
  });
}

const NEIGHBOURS = PHASES.flatMap((from) => PHASE_TABLE["blue-green"][from].to.map((to) => ({ from, to })));

describe.each(STACKS)("%s", (stack) => {
  it.each(PHASES)("registers in %s what is recorded (RECORD=1 writes it anew)", (phase) => {
    const file = path.join(RECORDED, `${key(stack, phase)}.txt`);
    const list = identities(run(stack, phase));
    if (process.env.RECORD !== undefined) {
      mkdirSync(RECORDED, { recursive: true });
      writeFileSync(file, list);
    }
    expect(existsSync(file)).toBe(true);
    expect(list).toBe(readFileSync(file, "utf8"));
  });

  it("gives no two resources one identity", () => {
    for (const phase of PHASES) {
      const all = run(stack, phase).map(({ type, name }) => `${type} ${name}`);
      expect(new Set(all).size).toBe(all.length);
    }
  });

  it.each(NEIGHBOURS)("$from → $to changes nothing that lasts", ({ from, to }) => {
    const before = run(stack, from);
    for (const [was, is] of common(before, run(stack, to))) {
      if (LASTING.test(was.type) && was.name !== "scratch")
        expect(is.inputs, `${was.type} ${was.name}`).toEqual(was.inputs);
    }
    const after = named(run(stack, to));
    const lost = before.filter(
      ({ type, name }) => LASTING.test(type) && !name.startsWith("scratch") && !after.has(`${type} ${name}`),
    );
    // A release that is gone takes its own password with it, and nothing else.
    expect(lost.filter(({ name }) => !/^credentials-app-/.test(name))).toEqual([]);
  });

  it.each(NEIGHBOURS)("$from → $to restarts no Pod", ({ from, to }) => {
    for (const [was, is] of common(run(stack, from), run(stack, to))) {
      if (was.type !== "kubernetes:apps/v1:Deployment") continue;
      const spec = (one: Registered) => one.inputs.spec as { template: unknown; selector: unknown };
      expect(spec(is).template, was.name).toEqual(spec(was).template);
      expect(spec(is).selector, was.name).toEqual(spec(was).selector);
    }
  });

  it.each(NEIGHBOURS)("$from → $to makes only services anew that stop", ({ from, to }) => {
    expectStopped(run(stack, from), run(stack, to));
  });
});

/** What is replaced stops in this very step, and its predecessor ends before it is made. */
function expectStopped(before: readonly Registered[], after: readonly Registered[]): void {
  const replicas = ({ inputs }: Registered) => (inputs.spec as { replicas: number }).replicas;
  for (const [was, is] of common(before, after)) {
    if (was.type !== "kubernetes:apps/v1:Deployment") continue;
    const { replaceOnChanges, ignoreChanges, deleteBeforeReplace } = is.options;
    if (replaceOnChanges.length === 0) continue;
    expect(replaceOnChanges).toEqual(["spec.replicas"]);
    expect(ignoreChanges).toEqual([]);
    expect(replicas(is), is.name).toBe(0);
    expect(deleteBeforeReplace, was.name).toBe(true);
    expect(is.name).not.toContain("worker");
  }
}

describe("with strategy maintenance", () => {
  const neighbours = PHASES.flatMap((from) => PHASE_TABLE.maintenance[from].to.map((to) => ({ from, to })));

  it.each(neighbours)("$from → $to changes nothing that lasts", ({ from, to }) => {
    for (const [was, is] of common(run("dev", from, ".maintenance"), run("dev", to, ".maintenance")))
      if (LASTING.test(was.type) && was.name !== "scratch")
        expect(is.inputs, `${was.type} ${was.name}`).toEqual(was.inputs);
  });

  it.each(neighbours)("$from → $to makes only services anew that stop", ({ from, to }) => {
    expectStopped(run("dev", from, ".maintenance"), run("dev", to, ".maintenance"));
  });
});

describe("complete → steady of the new version", () => {
  const passing = /^(order-upgrade:|pulumi:pulumi:Stack|kubernetes:batch\/v1:)/;

  it("changes nothing that runs", () => {
    const pairs = common(run("production", "complete"), run("production", "steady", ".upgraded"));
    for (const [was, is] of pairs.filter(([one]) => !passing.test(one.type)))
      expect(is.inputs, `${was.type} ${was.name}`).toEqual(was.inputs);
    expect(pairs.filter(([one]) => one.type.endsWith(":Deployment"))).toHaveLength(8);
  });

  it("creates nothing new", () => {
    const before = named(run("production", "complete"));
    const fresh = run("production", "steady", ".upgraded").filter(
      (one) => !before.has(`${one.type} ${one.name}`),
    );
    expect(fresh.filter(({ type }) => !passing.test(type))).toEqual([]);
  });
});

describe("maintenance", () => {
  const rules = (phase: string) =>
    run("dev", phase, ".maintenance").filter(({ type }) => type === "aws:lb/listenerRule:ListenerRule");
  const replicas = (phase: string) =>
    Object.fromEntries(
      run("dev", phase, ".maintenance")
        .filter(({ type }) => type.endsWith(":Deployment"))
        .map(({ name, inputs }) => [name, (inputs.spec as { replicas: number }).replicas]),
    );

  it("answers every customer with the page from stop to resume, and asks them to come back", () => {
    for (const phase of ["migrated", "staged"]) {
      const customers = rules(phase).filter(({ name }) => name.startsWith("customers-"));
      expect(customers.length).toBeGreaterThan(0);
      for (const { inputs } of customers)
        expect(inputs.actions).toEqual([
          expect.objectContaining({
            type: "fixed-response",
            fixedResponse: expect.objectContaining({ statusCode: "503" }),
          }),
        ]);
      const firewall = run("dev", phase, ".maintenance").find(
        ({ type }) => type === "aws:wafv2/webAcl:WebAcl",
      );
      expect(JSON.stringify(firewall?.inputs.rules)).toContain('"name":"Retry-After","value":"600"');
    }
    for (const { inputs } of rules("live"))
      expect(inputs.actions).toEqual([expect.objectContaining({ type: "forward" })]);
  });

  it("stops the old release and starts the next one's workers when business resumes", () => {
    expect(replicas("migrated")["orders-3-2-0"]).toBe(0);
    expect(replicas("staged")).toMatchObject({
      "orders-3-2-0": 0,
      "orders-4-0-0": 1,
      "orders-worker-4-0-0": 0,
    });
    expect(replicas("live")).toMatchObject({
      "orders-3-2-0": 0,
      "orders-4-0-0": 1,
      "orders-worker-4-0-0": 1,
    });
  });
});

describe("what Jobs are told", () => {
  const environment = (resources: readonly Registered[], job: string): Record<string, unknown> => {
    const found = resources.find(({ type, name }) => type === "kubernetes:batch/v1:Job" && name === job);
    const spec = found?.inputs.spec as {
      template: { spec: { containers: { env: { name: string; value?: string; valueFrom?: unknown }[] }[] } };
    };
    return Object.fromEntries(
      spec.template.spec.containers.flatMap(({ env }) =>
        env.map((one) => [one.name, one.value ?? one.valueFrom]),
      ),
    );
  };

  it("is the environment of the contract", () => {
    const verify = environment(run("staging", "staged"), "verify-4-0-0-1");
    expect(verify).toMatchObject({
      STACK: "staging",
      RELEASE: "4.0.0",
      RELEASE_CURRENT: "3.2.0",
      RELEASE_NEXT: "4.0.0",
      ATTEMPT: "1",
      EVIDENCE_PREFIX: "staging/4.0.0/1",
      EVIDENCE_PREVIOUS: "migrate",
      AWS_REGION: "eu-central-1",
      MODULE_ORDERS_URL: "http://orders-4-0-0.orders.svc.cluster.local:8080",
      MODULE_ORDERS_WORKER_URL: expect.any(String),
    });
    expect(environment(run("staging", "prepared"), "restore-check-4-0-0-1")).toHaveProperty(
      "SCRATCH_DATABASE_URL",
    );
    expect(environment(run("staging", "steady"), "install-3-2-0-1")).toHaveProperty(
      "ROLE_PASSWORD_APP_3_2_0",
    );
    expect(environment(run("staging", "live"), "switched-4-0-0-1")).toHaveProperty("PUBLIC_URL");
  });

  it("is the same for an installation in every position, so that it runs once", () => {
    const installations = (version: string): Set<string> =>
      new Set(
        PHASES.flatMap((phase) =>
          run("staging", phase)
            .filter(({ type, name }) => type === "kubernetes:batch/v1:Job" && name === `install-${version}-1`)
            .map(({ inputs }) => JSON.stringify(inputs)),
        ),
      );
    expect(installations("3-2-0").size).toBe(1);
    expect(installations("4-0-0").size).toBe(1);
  });

  it("holds no secret in the open", () => {
    for (const phase of PHASES)
      for (const { type, name, inputs } of run("production", phase))
        if (!/Secret|random|rds\/instance/.test(type))
          expect(JSON.stringify(inputs), `${type} ${name}`).not.toContain("password-of-");
  });
});

describe("outputs", () => {
  it("are those of the contract", async () => {
    const { outputs } = await runAt("staging", "staged");
    const known = await Promise.all(
      Object.entries(outputs).map(async ([name, value]) => [name, await resolved(value)] as const),
    );
    expect(Object.fromEntries(known)).toMatchObject({
      phase: "staged",
      strategy: "blue-green",
      attempt: 1,
      releases: { current: "3.2.0", next: "4.0.0" },
      weights: { "3.2.0": 100, "4.0.0": 0 },
      address: "https://staging.shop.example",
      previewAddress: "https://preview.staging.shop.example",
      namespace: "orders",
      steps: {
        backup: { verdict: "passed", key: "staging/4.0.0/1/backup.json" },
        verify: { verdict: "passed" },
      },
    });
  });
});

describe("refusals", () => {
  it("name certificates that cannot be read", async () => {
    for (const [file, rule] of [
      ["nowhere.pem", "must be a file that exists"],
      ["README.md", "must be a file with PEM certificates"],
    ] as const)
      expect(await refusal(runAt("dev", "steady", { database: { certificates: file } }))).toContain(
        `database.certificates: ${rule}; got "${file}"`,
      );
  });

  it("name a missing proof and end the program", async () => {
    const problem = await refusal(
      runProgram(
        "dev",
        stackConfiguration("dev", { phase: "live", release: { current: "3.2.0", next: "4.0.0" } }),
      ),
    );
    expect(problem).toContain("Turn the dial to prepared first.");
    expect(problem).toContain("verify of 4.0.0: there is no document");
  });

  it("name a proof that failed", async () => {
    const evidence = Object.fromEntries(
      ["precheck", "backup", "restore-check", "migrate"].map((step) => [
        `dev/4.0.0/1/${step}.json`,
        document(step, "4.0.0", 1, step === "migrate" ? { verdict: "failed" } : {}),
      ]),
    );
    const problem = await refusal(
      runProgram(
        "dev",
        stackConfiguration("dev", { phase: "staged", release: { current: "3.2.0", next: "4.0.0" } }),
        evidence,
      ),
    );
    expect(problem).toContain('dev/4.0.0/1/migrate.json says "failed"');
  });
});

/** The value of an output, or the value itself. */
const resolved = (value: unknown): Promise<unknown> =>
  new Promise((done) => {
    (pulumi.output(value) as pulumi.Output<unknown>).apply(done);
  });

/** What a program that has to fail says first. It then waits for ever for what it refused to make. */
async function refusal(running: Promise<unknown>): Promise<string> {
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  try {
    return await new Promise<string>((done, fail) => {
      const listen = (problem: unknown): void => done(String((problem as Error).message));
      process.on("unhandledRejection", listen);
      running.then(() => fail(new Error("the program was not refused")), listen);
    });
  } finally {
    await new Promise((done) => setImmediate(done));
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
  }
}
