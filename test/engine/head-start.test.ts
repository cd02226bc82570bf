import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { TIME, withProject } from "./fixtures/setting";

const RUNNER = resolve("node_modules/@pulumi/pulumi/cmd/run/index.js");

describe("a program that is started before its secrets can be read", () => {
  const setting = withProject((project) => {
    project.program(`
require("node:fs").writeFileSync(${JSON.stringify(join(project.root, "ran"))}, "");
const told = {
  ahead: process.execArgv.some((argument) => argument.endsWith("standby.cjs")),
  place: new pulumi.Config().get("place"),
  stack: pulumi.getStack(),
  project: pulumi.getProject(),
  arguments: process.argv.length - 2,
};
new Thing("a");
pulumi.log.info("told: " + JSON.stringify(told));
`);
  });
  const told = (output: string): unknown => JSON.parse(/told: (\{.*\})/.exec(output)?.[1] ?? "null");
  const EXPECTED = { place: "Berlin", stack: "dev", project: "shop", arguments: 0 };

  it.each([
    ["config set place Berlin", true],
    ["config set --secret place Berlin", false],
  ])(
    "is told the same as one that starts later, and starts only then when its configuration is sealed: %s",
    async (configure, ahead) => {
      await setting.project.run(configure);
      const { exit, output } = await setting.project.up();
      expect(exit, output).toBe(0);
      expect(told(output)).toEqual({ ahead, ...EXPECTED });
    },
    TIME,
  );

  it(
    "starts only then when its project has modules loaded before all others",
    async () => {
      setting.project.write(
        "early.js",
        `if (Object.keys(require.cache).some((file) => file.includes("@pulumi/pulumi"))) process.exit(9);`,
      );
      setting.project.write(
        "Pulumi.yaml",
        "name: shop\nruntime: {name: nodejs, options: {typescript: false, nodeargs: --require ./early.js}}\n",
      );
      await setting.project.run("config set place Berlin");
      const { exit, output } = await setting.project.up();
      expect(exit, output).toBe(0);
      expect(told(output)).toEqual({ ahead: false, ...EXPECTED });
    },
    TIME,
  );

  it(
    "runs nothing of its own when they cannot be read, and says so",
    async () => {
      const file = join(setting.project.directory, "Pulumi.dev.yaml");
      // The salt of another passphrase: what it seals cannot be opened with ours.
      const salt = readFileSync(file, "utf8").replace(/v1:[^:]+:/, "v1:AAAAAAAAAAA=:");
      setting.project.write("Pulumi.dev.yaml", salt);
      const refused = await setting.project.up();
      expect(refused.exit).not.toBe(0);
      expect(refused.output).toContain("incorrect passphrase");
      expect(existsSync(join(setting.project.root, "ran"))).toBe(false);
    },
    TIME,
  );

  it(
    "ends with the engine while it waits",
    async () => {
      const waiting = spawn(
        process.execPath,
        ["standby", "leash"]
          .flatMap((name) => ["--require", resolve(`engine/host/${name}.cjs`)])
          .concat(RUNNER),
        { stdio: ["ignore", "ignore", "ignore", "pipe"] },
      );
      const ended = new Promise((done) => waiting.once("exit", (_code, signal) => done(signal)));
      await new Promise((done) => setTimeout(done, 200));
      expect(waiting.exitCode).toBeNull();
      waiting.stdio[3]?.destroy();
      expect(await ended).toBe("SIGKILL");
    },
    TIME,
  );
});
