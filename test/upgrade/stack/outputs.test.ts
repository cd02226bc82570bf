import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { automation } from "../../../upgrade/stack/automation";
import type { Engine } from "../../../upgrade/stack/engine";
import { StackOperations } from "../../../upgrade/stack/operations";
import { lastLines } from "../../../upgrade/stack/outputs";
import { Project } from "../../engine/fixtures/project";

const program = new Project(() => 0);
let engine: Engine;
let operations: StackOperations | undefined;
const projectOf = (stack: string) => ({
  root: program.directory,
  name: "shop",
  stack,
  configFile: join(program.directory, `Pulumi.${stack}.yaml`),
});

beforeAll(async () => {
  program.program(
    'module.exports = { phase: "live", weights: { "3.2.0": 100 }, key: pulumi.secret("5ecret"), keys: { first: pulumi.secret("5ecret") } };',
  );
  for (const pack of ["security", "upgrade"]) {
    program.write(`policies/${pack}/PulumiPolicy.yaml`, "runtime: nodejs\n");
    program.write(`policies/${pack}/package.json`, `{"version": "1.0.0", "main": "index.js"}`);
    program.write(
      `policies/${pack}/index.js`,
      `const { PolicyPack } = require("@pulumi/policy"); new PolicyPack("${pack}", { policies: [] });`,
    );
  }
  await program.run("stack init dev");
  expect(await program.up()).toMatchObject({ exit: 0 });
  vi.stubEnv("PULUMI_HOME", join(program.root, "home"));
  vi.stubEnv("PULUMI_BACKEND_URL", `file://${join(program.root, "state")}`);
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "right");
  engine = {
    kind: "offline",
    version: "0",
    command: await automation().PulumiCommand.get({ root: resolve("engine") }),
  };
  operations = await StackOperations.find(projectOf("dev"), engine);
}, 60_000);
afterAll(() => {
  vi.unstubAllEnvs();
  program.remove();
});

describe("outputs of a stack", () => {
  it("come with their secrets masked, whoever asks and whatever the passphrase", async () => {
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "wrong");
    const outputs = await operations?.outputs();
    expect(outputs).toMatchObject({ phase: "live", weights: { "3.2.0": 100 }, key: "[secret]" });
    expect(JSON.stringify(outputs)).not.toContain("5ecret");
  }, 30_000);

  it("are read without the plain text of a secret after an update as well", async () => {
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "right");
    const outcome = await operations?.update("again", () => {});
    expect(outcome).toMatchObject({
      begun: true,
      succeeded: true,
      changes: { same: 1 },
      problems: [],
      outputs: { phase: "live", key: "[secret]" },
    });
    expect(JSON.stringify(outcome)).not.toContain("5ecret");
  }, 60_000);
});

describe("what an engine printed", () => {
  it("is told without stack frames, its last lines only", () => {
    const printed = [
      "1",
      "2",
      "3",
      "4",
      "5",
      "error: no",
      "    at f (x.js:1:2)",
      "  way out: do",
      "    at g",
    ];
    expect(lastLines(printed.join("\n"))).toBe("2\n3\n4\n5\nerror: no\n  way out: do");
  });
});

describe("a passphrase", () => {
  it("that is right opens the stack", async () => {
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "right");
    await expect(operations?.checkPassphrase()).resolves.toBeUndefined();
  }, 30_000);

  it("that is wrong is refused with what the engine says", async () => {
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "wrong");
    await expect(operations?.checkPassphrase()).rejects.toThrow(
      /^The state backend cannot be used: [\s\S]*incorrect passphrase/,
    );
  }, 30_000);

  it("that is wrong keeps an update from beginning, and changes nothing", async () => {
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "wrong");
    const before = await operations?.outputs();
    const outcome = await operations?.update("wrong", () => {});
    expect(outcome).toMatchObject({ begun: false, succeeded: false, steps: [] });
    expect(outcome?.problems.join()).toContain("incorrect passphrase");
    expect(await operations?.outputs()).toEqual(before);
  }, 30_000);
});
