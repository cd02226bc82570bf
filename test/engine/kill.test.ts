import { randomInt } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TIME, withProject } from "./fixtures/setting";

/** ENGINE_KILLS=30 for a night; each kill is two runs of the engine. */
const KILLS = Number(process.env.ENGINE_KILLS ?? "2");
const NAMES = ["a", "b", "c", "d", "e"];

describe("an update that is broken off", () => {
  const setting = withProject((project) => {
    project.program(`
let before;
for (const name of ${JSON.stringify(NAMES)})
  before = new Thing(name, { value: process.env.VALUE ?? 1 }, before && { dependsOn: [before] });
`);
  });

  for (let kill = 0; kill < KILLS; kill++)
    it(
      `is finished by the next one after SIGKILL at a random operation, and nothing is made twice (${kill + 1})`,
      async () => {
        const at = randomInt(NAMES.length);
        const update = setting.project.start("up --yes --skip-preview");
        setting.provider.before = (_operation, name) => {
          if (name !== NAMES[at]) return;
          update.child.kill("SIGKILL");
          throw new Error("too late");
        };
        const killed = await update.finished;
        expect(killed.exit, `killed at ${NAMES[at]}`).toBeNull();
        expect(setting.provider.names()).toEqual(NAMES.slice(0, at));
        const { resources = [], pending_operations = [] } = setting.project.state();
        expect(resources.filter(({ custom, type }) => custom && type === "test:index:Thing")).toHaveLength(
          at,
        );
        expect(
          pending_operations.map(({ type, resource }) => `${type} ${resource.urn.split("::").at(-1)}`),
        ).toEqual([`creating ${NAMES[at]}`]);

        setting.provider.before = () => {};
        const locked = await setting.project.up();
        expect(locked.output).toContain("the stack is currently locked");
        expect((await setting.project.run("cancel --yes")).exit).toBe(0);
        const next = await setting.project.up();
        expect(next.output).toContain(`interrupted while creating`);
        expect(next.exit).toBe(0);
        expect(setting.provider.names()).toEqual(NAMES);
        expect(setting.provider.log).toEqual(NAMES.map((name) => `create ${name}`));
      },
      TIME,
    );

  it(
    "ends in order at SIGINT: what runs is finished and kept, nothing more begins, the lock is gone",
    async () => {
      const update = setting.project.start("up --yes --skip-preview");
      setting.provider.before = async (_operation, name) => {
        if (name !== "b") return;
        const said = new Promise<void>((done) =>
          update.child.stdout?.on("data", (chunk: Buffer) => String(chunk).includes("^C received") && done()),
        );
        const saidThere = new Promise<void>((done) =>
          update.child.stderr?.on("data", (chunk: Buffer) => String(chunk).includes("^C received") && done()),
        );
        update.child.kill("SIGINT");
        await Promise.race([said, saidThere]);
      };
      const { exit, output } = await update.finished;
      expect(exit).not.toBe(0);
      expect(output).toContain("update canceled");
      expect(setting.provider.names()).toEqual(["a", "b"]);
      const names = setting.project.state().resources?.map(({ urn }) => urn.split("::").at(-1));
      expect(names).toEqual(expect.arrayContaining(["a", "b"]));
      expect(setting.project.state().pending_operations ?? []).toEqual([]);
      const locks = join(setting.project.root, "state", ".pulumi", "locks", "organization", "shop", "dev");
      expect(existsSync(locks) ? readdirSync(locks) : []).toEqual([]);
      setting.provider.before = () => {};
      expect((await setting.project.up()).exit).toBe(0);
      expect(setting.provider.log).toEqual(NAMES.map((name) => `create ${name}`));
    },
    TIME,
  );

  it(
    "leaves at once at the second SIGINT: what runs stays pending, the lock is gone",
    async () => {
      const update = setting.project.start("up --yes --skip-preview");
      let answer: () => void = () => {};
      const late = new Promise<void>((done) => {
        answer = done;
      });
      let output = "";
      update.child.stdout?.on("data", (chunk: Buffer) => {
        const before = output;
        output += String(chunk);
        if (!before.includes("^C received; cancelling") && output.includes("^C received; cancelling"))
          update.child.kill("SIGINT");
      });
      setting.provider.before = async (_operation, name) => {
        if (name !== "b") return;
        update.child.kill("SIGINT");
        await late;
      };
      const finished = await update.finished;
      answer();
      expect(finished.output).toContain("update cancelled");
      expect(finished.exit).toBe(8);
      expect(
        setting.project
          .state()
          .pending_operations?.map(({ type, resource }) => `${type} ${resource.urn.split("::").at(-1)}`),
      ).toEqual(["creating b"]);
      const locks = join(setting.project.root, "state", ".pulumi", "locks", "organization", "shop", "dev");
      expect(existsSync(locks) ? readdirSync(locks) : []).toEqual([]);
    },
    TIME,
  );
});
