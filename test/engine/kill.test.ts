import { randomInt } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Project } from "./fixtures/project";
import { ProtocolProvider } from "./fixtures/provider";

/** ENGINE_KILLS=30 for a night; each kill is two runs of the engine. */
const KILLS = Number(process.env.ENGINE_KILLS ?? "2");
const TIME = 120_000;
const NAMES = ["a", "b", "c", "d", "e"];

describe("an update that is broken off", () => {
  let provider: ProtocolProvider;
  let project: Project;
  beforeEach(async () => {
    provider = new ProtocolProvider();
    await provider.start();
    project = new Project(() => provider.port);
    project.program(`
let before;
for (const name of ${JSON.stringify(NAMES)})
  before = new Thing(name, { value: process.env.VALUE ?? 1 }, before && { dependsOn: [before] });
`);
    await project.run("stack init dev");
  }, TIME);
  afterEach(() => {
    provider.stop();
    project.remove();
  });

  for (let kill = 0; kill < KILLS; kill++)
    it(
      `is finished by the next one after SIGKILL at a random operation, and nothing is made twice (${kill + 1})`,
      async () => {
        const at = randomInt(NAMES.length);
        const update = project.start("up --yes --skip-preview");
        provider.before = (_operation, name) => {
          if (name !== NAMES[at]) return;
          update.child.kill("SIGKILL");
          throw new Error("too late");
        };
        const killed = await update.finished;
        expect(killed.exit, `killed at ${NAMES[at]}`).toBeNull();
        expect(provider.names()).toEqual(NAMES.slice(0, at));
        const { resources = [], pending_operations = [] } = project.state();
        expect(resources.filter(({ custom, type }) => custom && type === "test:index:Thing")).toHaveLength(
          at,
        );
        expect(
          pending_operations.map(({ type, resource }) => `${type} ${resource.urn.split("::").at(-1)}`),
        ).toEqual([`creating ${NAMES[at]}`]);

        provider.before = () => {};
        const locked = await project.up();
        expect(locked.output).toContain("the stack is currently locked");
        expect((await project.run("cancel --yes")).exit).toBe(0);
        const next = await project.up();
        expect(next.output).toContain(`interrupted while creating`);
        expect(next.exit).toBe(0);
        expect(provider.names()).toEqual(NAMES);
        expect(provider.log).toEqual(NAMES.map((name) => `create ${name}`));
      },
      TIME,
    );

  it(
    "ends in order at SIGINT: what runs is finished and kept, nothing more begins, the lock is gone",
    async () => {
      const update = project.start("up --yes --skip-preview");
      provider.before = async (_operation, name) => {
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
      expect(provider.names()).toEqual(["a", "b"]);
      const names = project.state().resources?.map(({ urn }) => urn.split("::").at(-1));
      expect(names).toEqual(expect.arrayContaining(["a", "b"]));
      expect(project.state().pending_operations ?? []).toEqual([]);
      const locks = join(project.root, "state", ".pulumi", "locks", "organization", "shop", "dev");
      expect(existsSync(locks) ? readdirSync(locks) : []).toEqual([]);
      provider.before = () => {};
      expect((await project.up()).exit).toBe(0);
      expect(provider.log).toEqual(NAMES.map((name) => `create ${name}`));
    },
    TIME,
  );

  it(
    "leaves at once at the second SIGINT: what runs stays pending, the lock is gone",
    async () => {
      const update = project.start("up --yes --skip-preview");
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
      provider.before = async (_operation, name) => {
        if (name !== "b") return;
        update.child.kill("SIGINT");
        await late;
      };
      const finished = await update.finished;
      answer();
      expect(finished.output).toContain("update cancelled");
      expect(finished.exit).toBe(8);
      expect(
        project
          .state()
          .pending_operations?.map(({ type, resource }) => `${type} ${resource.urn.split("::").at(-1)}`),
      ).toEqual(["creating b"]);
      const locks = join(project.root, "state", ".pulumi", "locks", "organization", "shop", "dev");
      expect(existsSync(locks) ? readdirSync(locks) : []).toEqual([]);
    },
    TIME,
  );
});
