import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ProtocolProvider } from "./fixtures/provider";
import { TIME, withProject } from "./fixtures/setting";

describe("the engine, a program and a provider as processes", () => {
  const setting = withProject();

  it(
    "lets a provider build a component and answer its methods",
    async () => {
      setting.project.program(`
class Group extends pulumi.ComponentResource {
  constructor(name, inputs) { super("test:index:Group", name, { childId: undefined, ...inputs }, {}, true); }
}
const group = new Group("group", { size: 3 });
exports.childId = group.childId;
exports.greeting = pulumi.runtime.call("test:index:greet", { who: "you" }, group).apply((answer) => answer.greeting);
`);
      const { exit, output } = await setting.project.up();
      expect(output).toContain("hello you");
      expect(exit).toBe(0);
      expect(setting.provider.inputsOf("group-child")).toEqual({ size: 3 });
      const child = setting.project.state().resources?.find(({ urn }) => urn.endsWith("::group-child"));
      expect(child?.parent).toMatch(/test:index:Group::group$/);
      expect(output).toContain(String(child?.id));
    },
    TIME,
  );

  it(
    "passes every resource through transforms of the whole stack",
    async () => {
      setting.project.program(`
pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
  type === "test:index:Thing" ? { props: { ...props, owner: "team" }, opts } : undefined);
new Thing("a", { value: 1 });
`);
      expect((await setting.project.up()).exit).toBe(0);
      expect(setting.provider.inputsOf("a")).toEqual({ value: 1, owner: "team" });
    },
    TIME,
  );

  it(
    "asks error hooks whether to try again",
    async () => {
      setting.project.program(`
const again = new pulumi.ErrorHook("again", async ({ errors }) => errors.length < 3);
new Thing("a", { value: 1 }, { hooks: { onError: [again] } });
`);
      let tries = 0;
      setting.provider.before = () => {
        tries++;
        if (tries < 3) throw new Error(`try ${tries} failed`);
      };
      const { exit, output } = await setting.project.up();
      expect(output).toContain("retrying create due to on-error hook request");
      expect(exit).toBe(0);
      expect(tries).toBe(3);
      expect(setting.provider.log).toEqual(["create a"]);
    },
    TIME,
  );

  it(
    "keeps the first value of a Stash",
    async () => {
      setting.project.program(`
const stash = new pulumi.Stash("first", { input: require("fs").readFileSync(__dirname + "/value", "utf8") });
exports.kept = stash.output;
`);
      setting.project.write("value", "one");
      expect((await setting.project.up()).exit).toBe(0);
      setting.project.write("value", "two");
      expect((await setting.project.up()).output).toMatch(/kept\s*:\s*"one"/);
    },
    TIME,
  );

  it(
    "leaves out what --exclude names, and finishes what does not depend on a failure with --continue-on-error",
    async () => {
      setting.project.program(`
const a = new Thing("a", { value: 1 });
new Thing("after-a", { value: 1 }, { dependsOn: [a] });
new Thing("b", { value: 1 });
`);
      setting.provider.before = (_operation, name) => {
        if (name === "a") throw new Error("no room");
      };
      const urn = "urn:pulumi:dev::shop::test:index:Thing::b";
      const left = await setting.project.up(`--continue-on-error --exclude ${urn}`);
      expect(left.exit).not.toBe(0);
      expect(left.output).toContain("no room");
      expect(setting.provider.names()).toEqual([]);
      const failed = await setting.project.up("--continue-on-error --parallel 1");
      expect(failed.exit).not.toBe(0);
      expect(setting.provider.names()).toEqual(["b"]);
    },
    TIME,
  );

  it(
    "says what happened when a provider dies in an operation, and goes on with the next one",
    async () => {
      setting.project.program(`new Thing("a", { value: 1 });`);
      setting.provider.before = () => {
        setting.provider.stop();
        return new Promise(() => {});
      };
      const died = await setting.project.up();
      expect(died.exit).not.toBe(0);
      expect(died.output).toContain("error reading from server");
      setting.provider = new ProtocolProvider();
      await setting.provider.start();
      expect((await setting.project.up()).exit).toBe(0);
      expect(setting.provider.names()).toEqual(["a"]);
    },
    TIME,
  );

  it(
    "sees by its hash that the file of an asset has changed",
    async () => {
      setting.project.program(
        `new Thing("a", { file: new pulumi.asset.FileAsset("page.html"), text: new pulumi.asset.StringAsset("hello") });`,
      );
      setting.project.write("page.html", "one");
      await setting.project.up();
      const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
      expect(setting.provider.inputsOf("a")).toMatchObject({
        file: { hash: hash("one"), path: "page.html" },
        text: { hash: hash("hello"), text: "hello" },
      });
      setting.project.write("page.html", "two");
      expect((await setting.project.up()).output).toContain("~ 1 updated");
      expect(setting.provider.inputsOf("a")).toMatchObject({ file: { hash: hash("two") } });
    },
    TIME,
  );

  it(
    "says why a program or a pack does not load, and changes nothing",
    async () => {
      setting.project.program(`new Thing("a");`);
      const broken = "const = 1;";
      setting.project.write("pack/PulumiPolicy.yaml", "runtime: nodejs\n");
      setting.project.write(
        "pack/package.json",
        JSON.stringify({ name: "pack", version: "1.0.0", main: "index.js" }),
      );
      setting.project.write("pack/index.js", broken);
      const state = readFileSync(setting.project.stateFile, "utf8");
      const pack = await setting.project.up("--policy-pack pack");
      expect(pack.exit).not.toBe(0);
      expect(pack.output).toMatch(/pack[\s\S]*SyntaxError/);
      expect(readFileSync(setting.project.stateFile, "utf8")).toBe(state);
      setting.project.write("index.js", broken);
      const program = await setting.project.up();
      expect(program.exit).not.toBe(0);
      expect(program.output).toContain("SyntaxError");
      expect(setting.provider.log).toEqual([]);
    },
    TIME,
  );

  it(
    "follows the naming rules of the stack, and spares protected resources when told to",
    async () => {
      setting.project.program(`
new Thing("kept", {}, { protect: true });
new Thing("gone");
`);
      setting.project.write(
        "Pulumi.dev.yaml",
        `config:\n  pulumi:autonaming: {providers: {test: {pattern: "x-\${name}"}}}\n`,
      );
      const up = await setting.project.up();
      expect(up.output).toContain("the provider does not support autonaming configuration");
      expect(up.exit).toBe(0);
      const destroyed = await setting.project.run("destroy --yes --skip-preview --exclude-protected");
      expect(destroyed.output).toContain("There are still 3 protected resources associated with this stack.");
      expect(destroyed.exit).toBe(0);
      expect(setting.provider.names()).toEqual(["kept"]);
      expect((await setting.project.run("destroy --yes --skip-preview --ignore-protect")).exit).toBe(0);
      expect(setting.provider.names()).toEqual([]);
    },
    TIME,
  );
});
