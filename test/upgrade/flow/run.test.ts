import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { goBack } from "../../../upgrade/commands/rollback";
import { turnTo } from "../../../upgrade/commands/run";
import type { RunOptions } from "../../../upgrade/flow/options";
import { readDial } from "../../../upgrade/stack/dial";
import { FakeWorld, type Trouble } from "./world";

let world: FakeWorld;
afterEach(() => world.stop());

const OPTIONS = { directory: ".", stack: "dev", engine: "offline", preview: "never" } as RunOptions;
const run = (to = "live", more: Partial<RunOptions> = {}) =>
  turnTo(world.context, { ...OPTIONS, ...more }, to, "run");
const result = () => JSON.parse(readFileSync(world.json, "utf8"));

describe("the way into live", () => {
  it("goes on from share to share while every layer is well", async () => {
    world = await FakeWorld.start({});
    expect(await run()).toBe(0);
    expect(world.turns).toEqual(["live 10", "live 50", "live 100"]);
    expect(result()).toMatchObject({ version: 1, command: "run", verdict: "passed" });
    expect(
      result()
        .phases.at(-1)
        .gates.findings.map(
          ({ layer, verdict }: { layer: string; verdict: string }) => `${layer} ${verdict}`,
        ),
    ).toEqual([
      "alarms passed",
      "customer passed",
      "comparison passed",
      "queues passed",
      "pods passed",
      "errors passed",
      "latency passed",
    ]);
  }, 60_000);

  it.each<[keyof Trouble, string]>([
    ["alarms", "alarms"],
    ["customer", "customer"],
    ["comparison", "comparison"],
    ["queues", "queues"],
    ["pods", "pods"],
    ["errors", "errors"],
    ["slow", "latency"],
  ])(
    "stops when %s are not well, and sends customers back",
    async (trouble, layer) => {
      world = await FakeWorld.start({ [trouble]: true }, { edge: { ...shares(50) } });
      expect(await run()).toBe(1);
      expect(world.turns).toEqual(["live 50", "staged"]);
      expect(readDial(world.project)).toMatchObject({ phase: "staged" });
      const document = result();
      expect(document.verdict).toBe("failed");
      expect(document.phases[0].problems.join()).toMatch(new RegExp(`^${layer}: .*Way out: `));
      expect(document.phases).toMatchObject([
        { phase: "live", weight: 50, verdict: "failed" },
        { phase: "staged" },
      ]);
      expect(world.lines.join("\n")).toMatch(/customers go back to 3\.2\.0/);
    },
    60_000,
  );

  it("takes no shares in a maintenance window, and does not say that customers go back to a release", async () => {
    world = await FakeWorld.start({ pods: true }, { strategy: "maintenance" });
    expect(await run()).toBe(1);
    expect(world.turns).toEqual(["live 100", "staged"]);
    expect(world.lines.join("\n")).toMatch(/business stops again, customers see the maintenance page/);
  }, 60_000);

  it("stays where the verdict failed when asked to", async () => {
    world = await FakeWorld.start({ pods: true });
    expect(await run("live", { stay: true })).toBe(1);
    expect(world.turns).toEqual(["live 10"]);
  }, 60_000);

  it("does not take a layer that cannot be read for a pass", async () => {
    world = await FakeWorld.start({});
    process.env.KUBECONFIG = "/nowhere/kubeconfig";
    expect(await run()).toBe(1);
    expect(result().phases[0].problems.join()).toMatch(
      /pods: there is no kubeconfig \(\/nowhere\/kubeconfig\)/,
    );
  }, 60_000);

  it("asks only the layers the stack names", async () => {
    world = await FakeWorld.start({ pods: true, alarms: true }, { gates: { layers: ["comparison"] } });
    expect(await run()).toBe(0);
  }, 60_000);

  it("takes the shares from the command line or the stack", async () => {
    world = await FakeWorld.start({}, { gates: { layers: [] }, edge: { ...shares(25) } });
    expect(await run()).toBe(0);
    expect(world.turns).toEqual(["live 25", "live 100"]);
    await expect(run("live", { canary: "50,10" })).rejects.toThrow(
      /--canary 50,10: use growing whole numbers that end with 100/,
    );
  });
});

describe("a run", () => {
  it("stops at the first update that fails, and goes on there the next time", async () => {
    world = await FakeWorld.start({}, { phase: "staged", gates: { layers: [] } });
    world.failing = "live";
    expect(await run()).toBe(1);
    expect(result().phases.at(-1)).toMatchObject({ verdict: "failed", problems: ["Job verify failed"] });
    world.failing = undefined;
    expect(await run()).toBe(0);
    expect(world.turns).toEqual(["live 10", "live 10", "live 50", "live 100"]);
  });

  it("begins a new attempt when it comes back to prepared, and repeats it under that number", async () => {
    world = await FakeWorld.start({}, { phase: "migrated", gates: { layers: [] } });
    world.failing = "prepared";
    expect(await run("prepared")).toBe(1);
    expect(world.lines.join("\n")).toMatch(/go back with: order-upgrade abort/);
    world.failing = undefined;
    expect(await run("prepared")).toBe(0);
    expect(world.turns).toEqual(["prepared", "prepared"]);
    expect(readDial(world.project)).toMatchObject({ phase: "prepared", attempt: 2 });
  });

  it("does not go on when a document was altered between two updates", async () => {
    world = await FakeWorld.start({}, { gates: { layers: [] } });
    world.tamper();
    expect(await run()).toBe(1);
    expect(result().phases[0].problems[0]).toMatch(
      /dev\/4\.0\.0\/1\/verify\.json was altered since it was read back.*evidence verify/,
    );
  });

  it("goes on when a Job of an update that was killed wrote a document anew", async () => {
    world = await FakeWorld.start({}, { gates: { layers: [] } });
    world.tamper();
    world.ranSince = ["verify-4-0-0-1"];
    expect(await run()).toBe(0);
  });

  it("asks for the name of a step that cannot be undone before the dial moves", async () => {
    world = await FakeWorld.start({}, { phase: "live", gates: { layers: [] } });
    await expect(run("complete")).rejects.toThrow(
      /"complete 4\.0\.0" cannot be undone:\n {2}The old data model/,
    );
    expect(world.turns).not.toContain("complete");
    expect(readDial(world.project).phase).toBe("live");
  });

  it("goes on without asking with --yes, and records the reason with the update", async () => {
    world = await FakeWorld.start({}, { phase: "live", gates: { layers: [] } });
    expect(await run("complete", { yes: true, reason: "pipeline 7" })).toBe(0);
    expect(world.messages.at(-1)).toBe("order-upgrade: complete (pipeline 7)");
    expect(result().reason).toBe("pipeline 7");
    expect(readDial(world.project).confirm).toEqual(["complete 4.0.0"]);
  });

  it("puts the dial back when the update cannot begin, as with a wrong passphrase", async () => {
    world = await FakeWorld.start({});
    world.passphrase = "wrong";
    const before = readDial(world.project);
    await expect(run()).rejects.toThrow(
      "could not begin, so the dial is where it was: error: incorrect passphrase",
    );
    expect(world.turns).toEqual([]);
    expect(readDial(world.project)).toEqual(before);
  });

  it("tells a wrong passphrase before it waits for the soak", async () => {
    const switched = { finishedAt: new Date().toISOString(), verdict: "passed" };
    world = await FakeWorld.start({}, { phase: "live", gates: { layers: [] }, soak: { period: "30m" } });
    world.passphrase = "wrong";
    world.steps = { switched };
    await expect(run("complete", { yes: true })).rejects.toThrow("incorrect passphrase");
    expect(world.turns).toEqual(["passphrase checked"]);
    expect(world.lines.join()).not.toContain("soaking");
  });

  it("refuses a turn outside its window before the dial moves", async () => {
    const frozen = { freezes: [{ from: "2000-01-01", to: "2100-01-01", reason: "always" }] };
    world = await FakeWorld.start({}, { change: frozen });
    await expect(run()).rejects.toThrow(
      /live \(10 % on the new release\) may not be entered now:[\s\S]*always/,
    );
    expect(world.turns).toEqual([]);
    expect(readDial(world.project).phase).toBe("staged");
  });
});

describe("the way back out of complete", () => {
  const stoppedAtComplete = async (): Promise<void> => {
    world = await FakeWorld.start({}, { phase: "live", gates: { layers: [] } });
    world.failing = "complete";
    expect(await run("complete", { yes: true })).toBe(1);
    world.failing = undefined;
    world.turns.length = 0;
  };

  it("leads over live while the old data model is untouched, and the next complete asks again", async () => {
    await stoppedAtComplete();
    expect(world.lines.join("\n")).toContain("or go back with: order-upgrade rollback --stack dev");
    expect(await goBack(world.context, OPTIONS)).toBe(0);
    expect(world.turns).toEqual(["live 100", "staged"]);
    expect(readDial(world.project)).toMatchObject({ phase: "staged", confirm: [] });
    expect(result()).toMatchObject({ command: "rollback", verdict: "passed" });
  });

  it("is refused once the removal was begun, whatever became of it", async () => {
    await stoppedAtComplete();
    world.jobs = ["soak-4-0-0-1", "contract-4-0-0-1"];
    await expect(goBack(world.context, OPTIONS)).rejects.toThrow(/removal of the old data model has begun/);
    expect(world.turns).toEqual([]);
    expect(readDial(world.project).phase).toBe("complete");
  });

  it("is refused when the upgrade is complete", async () => {
    world = await FakeWorld.start({}, { phase: "complete" });
    await expect(goBack(world.context, OPTIONS)).rejects.toThrow(/is complete: the old data model is gone/);
    expect(world.turns).toEqual([]);
  });
});

function shares(first: number): object {
  return {
    host: "shop.example",
    previewHost: "preview.shop.example",
    certificateArn: CERTIFICATE,
    canary: [first, 100],
  };
}
const CERTIFICATE = "arn:aws:acm:eu-central-1:111122223333:certificate/3f1b2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d";
