import { describe, expect, it } from "vitest";
import { PHASE_TABLE, PHASES, STRATEGIES } from "../../infra/phases";
import { type Node, type Plan, planUpgrade } from "../../infra/plan";
import { keyOf } from "../../infra/plan/routes";
import { CURRENT, manifests, NEXT, POSITIONS, parametersAt, planAt } from "./samples";

/** Everything `node` waits for, near and far. */
function waits(plan: Plan, node: Node, seen = new Set<Node>()): Set<Node> {
  for (const one of plan.order[node] ?? []) {
    if (seen.has(one)) continue;
    seen.add(one);
    waits(plan, one, seen);
  }
  return seen;
}

const release = (plan: Plan, version: string) => plan.releases.find((one) => one.version === version);

describe.each(POSITIONS)("$strategy $phase", ({ phase, strategy }) => {
  const plan = planAt(phase, strategy);

  it("waits for nothing that waits for it", () => {
    for (const node of Object.keys(plan.order) as Node[]) expect(waits(plan, node)).not.toContain(node);
  });

  it("gives every customer somewhere to go: a release that runs, or the maintenance page", () => {
    const sum = plan.releases.reduce((total, { weight }) => total + weight, 0);
    expect(sum).toBe(plan.page ? 0 : 100);
    for (const one of plan.releases) if (one.weight > 0) expect(one.services).toBe("on");
    for (const route of plan.routes) expect(route.forwards.length > 0).toBe(!plan.page);
  });

  it("lets the workers of one release work, and of none while business is stopped", () => {
    expect(plan.releases.filter(({ workers }) => workers === "on")).toHaveLength(plan.page ? 0 : 1);
  });

  it("reads back the document of every Job, and waits for it", () => {
    for (const job of plan.jobs) {
      expect(plan.gates).toContainEqual(
        expect.objectContaining({ step: job.step, release: job.release, job: job.name }),
      );
      expect(plan.order[`gate:${job.step}:${job.release}`]).toContain(`job:${job.step}:${job.release}`);
    }
  });

  it("runs the steps that the table of phases names", () => {
    const steps = new Set(plan.jobs.map(({ step }) => step).filter((step) => step !== "install"));
    expect([...steps].sort()).toEqual(
      PHASE_TABLE[strategy][phase].runs.filter((step) => step !== "install").sort(),
    );
  });

  it("names each Job after step, release and attempt, once", () => {
    const names = plan.jobs.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const job of plan.jobs)
      expect(job.name).toBe(`${job.step}-${job.release.replaceAll(".", "-")}-${job.attempt}`);
  });

  it("starts no release on a data model that is not installed", () => {
    for (const { version, services } of plan.releases) {
      if (services === "off") continue;
      expect(waits(plan, `services:${version}`)).toContain(`job:install:${version}`);
      expect(waits(plan, `services:${version}`)).toContain("data-model");
    }
  });
});

describe("order", () => {
  it.each(STRATEGIES)("%s: proves a backup before the new data model is made", (strategy) => {
    const prepared = planAt("prepared", strategy);
    expect(waits(prepared, `job:restore-check:${NEXT}`)).toEqual(
      new Set([
        ...waits(prepared, `job:restore-check:${NEXT}`),
        "snapshot",
        "scratch",
        `gate:backup:${NEXT}`,
      ]),
    );
    expect(waits(planAt("migrated", strategy), `job:migrate:${NEXT}`)).toContain("gate:proofs");
    expect(waits(planAt("migrated", strategy), `job:migrate:${NEXT}`)).toContain("snapshot");
  });

  it.each(STRATEGIES)("%s: hands workers over one after the other when going live", (strategy) => {
    const plan = planAt("live", strategy);
    expect(waits(plan, `workers:${NEXT}`)).toContain(`job:drain:${CURRENT}`);
    expect(waits(plan, `job:drain:${CURRENT}`)).toContain(`workers:${CURRENT}`);
    expect(waits(plan, `workers:${CURRENT}`)).toContain("gate:proofs");
  });

  it("hands workers back one after the other when going back", () => {
    for (const phase of ["staged", "reverted"] as const) {
      const plan = planAt(phase);
      expect(waits(plan, `workers:${CURRENT}`)).toContain(`job:drain:${NEXT}`);
      expect(waits(plan, `job:drain:${NEXT}`)).toContain(`workers:${NEXT}`);
      expect(waits(plan, `workers:${NEXT}`)).toContain("routes");
    }
  });

  it("moves customers only with proofs, and records the switch after them", () => {
    const plan = planAt("live");
    expect(waits(plan, "routes")).toContain("gate:proofs");
    expect(waits(plan, "routes")).toContain(`services:${NEXT}`);
    expect(waits(plan, `job:switched:${NEXT}`)).toContain("routes");
  });

  it("lets customers go back without asking for a proof", () => {
    for (const phase of ["staged", "prepared", "reverted"] as const)
      expect(waits(planAt(phase), "routes")).not.toContain("gate:proofs");
  });

  it("removes the old data model last: soak, routes, old services, contract", () => {
    const plan = planAt("complete");
    const chain: Node[] = [`gate:soak:${NEXT}`, "routes", `services:${CURRENT}`, `job:contract:${NEXT}`];
    for (let i = 1; i < chain.length; i++) expect(waits(plan, chain[i] as Node)).toContain(chain[i - 1]);
  });

  it("removes the new data model only when nothing of the next release runs", () => {
    const known = waits(planAt("reverted"), `job:revert:${NEXT}`);
    for (const node of [`services:${NEXT}`, `workers:${NEXT}`, `gate:drain:${NEXT}`, "routes"] as Node[])
      expect(known).toContain(node);
  });

  it("maintenance: shows the page, drains the workers, stops the services, then loads", () => {
    const plan = planAt("migrated", "maintenance");
    const chain: Node[] = [
      "routes",
      `workers:${CURRENT}`,
      `gate:drain:${CURRENT}`,
      `services:${CURRENT}`,
      `job:migrate:${NEXT}`,
    ];
    for (let i = 1; i < chain.length; i++) expect(waits(plan, chain[i] as Node)).toContain(chain[i - 1]);
    expect(plan.page).toBe(true);
  });
});

describe("transitions", () => {
  const legal = STRATEGIES.flatMap((strategy) =>
    PHASES.flatMap((from) => PHASE_TABLE[strategy][from].to.map((to) => ({ strategy, from, to }))),
  );

  it.each(legal.filter(({ strategy }) => strategy === "blue-green"))(
    "$from → $to never takes a release away from its customers",
    ({ from, to }) => {
      const [old, fresh] = [planAt(from), planAt(to)];
      for (const { version, weight } of old.releases.filter((one) => one.weight > 0)) {
        const then = release(fresh, version);
        // Steady again: the release has the other name, because current becomes the new version.
        if (then === undefined)
          expect([from, to, version, weight]).toEqual(["complete", "steady", NEXT, 100]);
        else if (then.services === "off") expect(waits(fresh, `services:${version}`)).toContain("routes");
      }
    },
  );

  it.each(legal)(
    "$strategy: $from → $to keeps the snapshot until the upgrade is over",
    ({ strategy, from, to }) => {
      const [old, fresh] = [planAt(from, strategy), planAt(to, strategy)];
      if (old.snapshot !== undefined && fresh.snapshot !== undefined)
        expect(fresh.snapshot).toBe(old.snapshot);
      if (fresh.snapshot === undefined) expect(["steady", "reverted"]).toContain(to);
    },
  );

  it.each(STRATEGIES)(
    "%s: complete leads to steady on the new version with nothing that runs changed",
    (strategy) => {
      const complete = planAt("complete", strategy);
      const given = parametersAt("steady", strategy);
      const steady = planUpgrade(
        { ...given, release: { ...given.release, current: NEXT } },
        { [NEXT]: manifests[NEXT] as never },
        "test",
      );
      const { role: _then, ...after } = release(steady, NEXT) ?? { role: "" };
      const { role: _now, ...now } = release(complete, NEXT) ?? { role: "" };
      expect(after).toEqual(now);
      expect(steady.routes).toEqual(complete.routes);
      expect(steady.jobs.map(({ name }) => name)).toEqual(["install-4-0-0-1"]);
      expect(complete.jobs.map(({ name }) => name)).toContain("install-4-0-0-1");
    },
  );

  it("leads nowhere from a position that is not in the table", () => {
    for (const strategy of STRATEGIES) {
      expect(PHASE_TABLE[strategy].complete.to).toEqual(["steady"]);
      for (const from of PHASES)
        if (from !== "live") expect(PHASE_TABLE[strategy][from].to).not.toContain("complete");
      for (const from of PHASES)
        for (const to of ["live", "staged", "migrated", "prepared"] as const)
          if (PHASE_TABLE[strategy][from].to.includes(to) && PHASES.indexOf(to) > PHASES.indexOf(from))
            expect(PHASES.indexOf(to) - PHASES.indexOf(from)).toBe(1);
    }
  });
});

describe("canary", () => {
  it.each([0, 1, 10, 50, 99])(
    "shares %i percent of customers with the next release and records no switch",
    (weight) => {
      const plan = planAt("live", "blue-green", weight);
      expect(plan.weights).toEqual({ [CURRENT]: 100 - weight, [NEXT]: weight });
      expect(plan.jobs.map(({ step }) => step)).not.toContain("switched");
    },
  );
});

describe("routes", () => {
  it("puts the longest path first, and gives each a place that does not move when another path appears", () => {
    const plan = planAt("live");
    const literal = (path: string): number => path.replaceAll("*", "").length;
    const lengths = plan.routes.map(({ path }) => literal(path));
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
    expect(plan.routes.at(-1)?.path).toBe("/*");
    const steady = planAt("steady");
    expect(steady.routes.map(({ key, priority }) => [key, priority])).toEqual(
      plan.routes.map(({ key, priority }) => [key, priority]),
    );
  });

  it("names rules after paths", () => {
    expect(["/api/orders*", "/", "/*", "/a/B_c"].map(keyOf)).toEqual(["api-orders", "root", "root", "a-b-c"]);
  });
});

describe("attempt", () => {
  it("is part of every name that has to be new, and of no name of what runs", () => {
    const first = planAt("prepared");
    const second = planUpgrade({ ...parametersAt("prepared"), attempt: 2 }, manifests, "test");
    expect(first.snapshot).toBe("orders-test-before-4-0-0-1");
    expect(second.snapshot).toBe("orders-test-before-4-0-0-2");
    expect(second.jobs.map(({ name }) => name)).toEqual([
      "install-3-2-0-1",
      "precheck-4-0-0-2",
      "backup-4-0-0-2",
      "restore-check-4-0-0-2",
      "baseline-4-0-0-2",
    ]);
    expect(second.releases).toEqual(first.releases);
  });
});
