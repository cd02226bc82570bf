import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Project } from "./fixtures/project";
import { ProtocolProvider } from "./fixtures/provider";

/** A run starts a program of its own; on a busy machine that takes a while. */
const TIME = 120_000;

describe("the engine, a program and a provider as processes", () => {
  let provider: ProtocolProvider;
  let project: Project;
  beforeEach(async () => {
    provider = new ProtocolProvider();
    await provider.start();
    project = new Project(() => provider.port);
    await project.run("stack init dev");
  }, TIME);
  afterEach(() => {
    provider.stop();
    project.remove();
  });

  it(
    "lets a provider build a component and answer its methods",
    async () => {
      project.program(`
class Group extends pulumi.ComponentResource {
  constructor(name, inputs) { super("test:index:Group", name, { childId: undefined, ...inputs }, {}, true); }
}
const group = new Group("group", { size: 3 });
exports.childId = group.childId;
exports.greeting = pulumi.runtime.call("test:index:greet", { who: "you" }, group).apply((answer) => answer.greeting);
`);
      const { exit, output } = await project.up();
      expect(output).toContain("hello you");
      expect(exit).toBe(0);
      expect(provider.inputsOf("group-child")).toEqual({ size: 3 });
      const child = project.state().resources?.find(({ urn }) => urn.endsWith("::group-child"));
      expect(child?.parent).toMatch(/test:index:Group::group$/);
      expect(output).toContain(String(child?.id));
    },
    TIME,
  );

  it(
    "passes every resource through transforms of the whole stack",
    async () => {
      project.program(`
pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
  type === "test:index:Thing" ? { props: { ...props, owner: "team" }, opts } : undefined);
new Thing("a", { value: 1 });
`);
      expect((await project.up()).exit).toBe(0);
      expect(provider.inputsOf("a")).toEqual({ value: 1, owner: "team" });
    },
    TIME,
  );

  it(
    "asks error hooks whether to try again",
    async () => {
      project.program(`
const again = new pulumi.ErrorHook("again", async ({ errors }) => errors.length < 3);
new Thing("a", { value: 1 }, { hooks: { onError: [again] } });
`);
      let tries = 0;
      provider.before = () => {
        tries++;
        if (tries < 3) throw new Error(`try ${tries} failed`);
      };
      const { exit, output } = await project.up();
      expect(output).toContain("retrying create due to on-error hook request");
      expect(exit).toBe(0);
      expect(tries).toBe(3);
      expect(provider.log).toEqual(["create a"]);
    },
    TIME,
  );

  it(
    "keeps the first value of a Stash",
    async () => {
      project.program(`
const stash = new pulumi.Stash("first", { input: require("fs").readFileSync(__dirname + "/value", "utf8") });
exports.kept = stash.output;
`);
      project.write("value", "one");
      expect((await project.up()).exit).toBe(0);
      project.write("value", "two");
      expect((await project.up()).output).toMatch(/kept\s*:\s*"one"/);
    },
    TIME,
  );

  it(
    "leaves out what --exclude names, and finishes what does not depend on a failure with --continue-on-error",
    async () => {
      project.program(`
const a = new Thing("a", { value: 1 });
new Thing("after-a", { value: 1 }, { dependsOn: [a] });
new Thing("b", { value: 1 });
`);
      provider.before = (_operation, name) => {
        if (name === "a") throw new Error("no room");
      };
      const urn = "urn:pulumi:dev::shop::test:index:Thing::b";
      const left = await project.up(`--continue-on-error --exclude ${urn}`);
      expect(left.exit).not.toBe(0);
      expect(left.output).toContain("no room");
      expect(provider.names()).toEqual([]);
      const failed = await project.up("--continue-on-error --parallel 1");
      expect(failed.exit).not.toBe(0);
      expect(provider.names()).toEqual(["b"]);
    },
    TIME,
  );

  it(
    "says what happened when a provider dies in an operation, and goes on with the next one",
    async () => {
      project.program(`new Thing("a", { value: 1 });`);
      provider.before = () => {
        provider.stop();
        return new Promise(() => {});
      };
      const died = await project.up();
      expect(died.exit).not.toBe(0);
      expect(died.output).toContain("error reading from server");
      provider = new ProtocolProvider();
      await provider.start();
      expect((await project.up()).exit).toBe(0);
      expect(provider.names()).toEqual(["a"]);
    },
    TIME,
  );

  it(
    "sees by its hash that the file of an asset has changed",
    async () => {
      project.program(
        `new Thing("a", { file: new pulumi.asset.FileAsset("page.html"), text: new pulumi.asset.StringAsset("hello") });`,
      );
      project.write("page.html", "one");
      await project.up();
      const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
      expect(provider.inputsOf("a")).toMatchObject({
        file: { hash: hash("one"), path: "page.html" },
        text: { hash: hash("hello"), text: "hello" },
      });
      project.write("page.html", "two");
      expect((await project.up()).output).toContain("~ 1 updated");
      expect(provider.inputsOf("a")).toMatchObject({ file: { hash: hash("two") } });
    },
    TIME,
  );

  it(
    "says why a program or a pack does not load, and changes nothing",
    async () => {
      project.program(`new Thing("a");`);
      const broken = "const = 1;";
      project.write("pack/PulumiPolicy.yaml", "runtime: nodejs\n");
      project.write(
        "pack/package.json",
        JSON.stringify({ name: "pack", version: "1.0.0", main: "index.js" }),
      );
      project.write("pack/index.js", broken);
      const state = readFileSync(project.stateFile, "utf8");
      const pack = await project.up("--policy-pack pack");
      expect(pack.exit).not.toBe(0);
      expect(pack.output).toMatch(/pack[\s\S]*SyntaxError/);
      expect(readFileSync(project.stateFile, "utf8")).toBe(state);
      project.write("index.js", broken);
      const program = await project.up();
      expect(program.exit).not.toBe(0);
      expect(program.output).toContain("SyntaxError");
      expect(provider.log).toEqual([]);
    },
    TIME,
  );
});
