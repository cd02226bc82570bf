import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { autonaming } from "../../engine/config/autonaming";
import type { Deployment } from "../../engine/deploy/deployment";
import { Hooks } from "../../engine/deploy/hooks";
import { withErrorHooks } from "../../engine/deploy/retries";
import { Targets } from "../../engine/deploy/targets";
import type { CheckRequest } from "../../engine/host/provider";
import { requireTypeToken } from "../../engine/monitor/register";
import { newState } from "../../engine/resource/state";
import { parsePath, resetPath } from "../../engine/values/path";
import { type PropertyMap, secret } from "../../engine/values/value";
import { type Program, TYPE, testSecrets, World } from "./fixtures/world";

const urn = (name: string): string => `urn:pulumi:dev::test::test:index:Thing::${name}`;

describe("options of resources and of an operation", () => {
  let world: World;
  beforeAll(async () => {
    await testSecrets();
  });
  beforeEach(async () => {
    world = new World(await testSecrets());
  });
  const names = () => world.state.resources.map((resource) => resource.urn.split("::").at(-1));

  it.each([false, true])(
    "keeps what is deleted with another when that is replaced (delete first: %s)",
    async (deleteFirst) => {
      const program =
        (version: number) =>
        async ({ register }: Program) => {
          const owner = await register("owner", { immutable: version, deleteFirst });
          await register("owned", { value: 1 }, { deletedWith: owner.urn });
        };
      await world.run(program(1));
      world.cloud.log.length = 0;
      expect((await world.run(program(2), { parallel: 1 })).errors).toEqual([]);
      expect(world.cloud.log.filter((line) => line.endsWith("owned"))).toEqual([]);
      expect(world.cloud.log.sort()).toEqual(["create owner", "delete owner"]);
    },
  );

  it("replaces what names another in replaceWith", async () => {
    const program =
      (version: number) =>
      async ({ register }: Program) => {
        const first = await register("first", { immutable: version });
        await register("second", {}, { replaceWith: [first.urn] });
      };
    await world.run(program(1));
    const result = await world.run(program(2));
    expect(result.changes).toMatchObject({ replace: 2 });
  });

  it("goes on after a failing read and a failing import when asked", async () => {
    const reached: string[] = [];
    const result = await world.run(
      async ({ register, get }) => {
        await get("looked-up", "missing");
        reached.push("after read");
        await register("taken", {}, { id: "missing" }).catch(() => reached.push("after import"));
        await register("other");
      },
      { continueOnError: true },
    );
    expect(result.succeeded).toBe(false);
    expect(reached).toEqual(["after read", "after import"]);
    expect(Object.keys(world.live())).toEqual(["other"]);
    expect(result.errors.filter((line) => line.includes("does not exist"))).toHaveLength(2);
  });

  it("takes over an import, and refuses to replace it while its id is in the program", async () => {
    world.cloud.resources.set("ext-1", { urn: urn("taken"), properties: { immutable: 1 } });
    const taken = { id: "ext-1" };
    const first = await world.run(
      async ({ register }) => void (await register("taken", { immutable: 1, size: 1 }, taken)),
    );
    expect(first.errors).toEqual([]);
    const second = await world.run(
      async ({ register }) => void (await register("taken", { immutable: 2 }, taken)),
    );
    expect(second.errors.join("\n")).toContain("please remove the `import` declaration from your program;");
    expect(second.errors.join("\n")).toContain("immutable: {1} => {2}");
    expect(world.cloud.resources.size).toBe(1);
  });

  it("keeps what a targeted resource needs although the program no longer registers it", async () => {
    await world.run(async ({ register }) => {
      const base = await register("base");
      await register("user", { value: 1 }, { dependencies: [base.urn] });
    });
    const result = await world.run(
      async ({ register }) => void (await register("user", { value: 2 }, { dependencies: [urn("base")] })),
      { targets: new Targets([urn("user")]) },
    );
    expect(result.errors).toEqual([]);
    expect(world.problems()).toEqual([]);
    expect(names().indexOf("base")).toBeLessThan(names().indexOf("user"));
    expect(world.live().user).toMatchObject({ value: 2 });
  });

  it("names both resources that claim one old resource", async () => {
    await world.run(async ({ register }) => void (await register("old")));
    const result = await world.run(async ({ register }) => {
      await register("first", {}, { aliases: [{ name: "old" }] });
      await register("second", {}, { aliases: [{ name: "old" }] });
    });
    expect(result.errors).toContain(
      `Duplicate resource alias '${urn("old")}' applied to resource with URN '${urn("second")}' conflicting with ` +
        `resource with URN '${urn("first")}'`,
    );
  });

  it("takes only types with three parts from a program", () => {
    expect(() => requireTypeToken("test:index:Thing")).not.toThrow();
    expect(() => requireTypeToken("test:Thing")).toThrow(
      "Type 'test:Thing' is not a valid type token (must have format '*:*:*')",
    );
  });

  it("destroys nothing that has delete hooks while the program is not there to run them", async () => {
    await world.run(
      async ({ register }) =>
        void (await register("hooked", {}, { resourceHooks: { AfterDelete: ["tell"] } })),
    );
    const result = await world.run(undefined, { mode: "destroy" });
    expect(result.succeeded).toBe(false);
    expect(result.errors).toContain(
      "Resource has delete hooks registered, but the program is not running. Hooks: tell",
    );
    expect(Object.keys(world.live())).toEqual(["hooked"]);
  });

  it.each(["targets", "excludes"])("refreshes nothing when one of the %s is unknown", async (which) => {
    await world.run(async ({ register }) => void (await register("a")));
    world.cloud.log.length = 0;
    const result = await world.run(undefined, {
      mode: "refresh",
      refresh: true,
      [which]: new Targets([urn("b")]),
    });
    expect(result.errors[0]).toContain(`Target '${urn("b")}' could not be found in the stack.`);
    expect(world.cloud.log).toEqual([]);
  });

  it.each([
    ["data.x", { data: { x: 1 } }, { data: { x: 2, y: 2 } }, { data: { x: 1, y: 2 } }, true],
    ["data.x", {}, { data: { x: 2 } }, { data: {} }, true],
    ["data.x", { data: { x: 1 } }, {}, {}, false],
    ["data.*", { data: { x: 1 } }, { data: { x: 2, y: 2 } }, { data: { x: 1 } }, true],
    [
      "data.*.z",
      { data: { a: { z: 1 } } },
      { data: { a: { z: 2 }, b: { z: 3 } } },
      { data: { a: { z: 1 }, b: { z: 3 } } },
      true,
    ],
    [
      "data.*.z",
      { data: { a: { z: 1 }, b: {} } },
      { data: { a: { z: 2 } } },
      { data: { a: { z: 1 } } },
      false,
    ],
    ["list[1]", { list: [1, 2] }, { list: [3, 4] }, { list: [3, 2] }, true],
    ["list[1]", { list: [1] }, { list: [3, 4] }, { list: [3, 4] }, false],
    ["list[5]", { list: [1] }, { list: [3, 4] }, { list: [3, 4] }, true],
    ["list[*]", { list: [1, 2] }, { list: [3, 4, 5] }, { list: [1, 2, 5] }, false],
    ["list[*].x", { list: [{ x: 1 }] }, { list: [{ x: 2, y: 2 }] }, { list: [{ x: 1, y: 2 }] }, true],
    ["data.x", { data: secret({ x: 1 }) }, { data: { x: 2 } }, { data: { x: secret(1) } }, true],
    ["data.x", { data: secret({ x: 1 }) }, { data: secret({ x: 2 }) }, { data: secret({ x: 1 }) }, true],
  ] as [string, PropertyMap, PropertyMap, PropertyMap, boolean][])(
    "puts back what ignoreChanges names: %s of %j in %j",
    (path, old, now, expected, found) => {
      const target = structuredClone(now);
      expect(resetPath(parsePath(path), structuredClone(old), target)).toBe(found);
      expect(target).toEqual(expected);
    },
  );

  it("deletes protected resources only when told to ignore the protection", async () => {
    await world.run(async ({ register }) => void (await register("kept", {}, { protect: true })));
    expect((await world.run(undefined, { mode: "destroy" })).succeeded).toBe(false);
    expect((await world.run(undefined, { mode: "destroy", ignoreProtect: true })).errors).toEqual([]);
    expect(world.cloud.resources.size).toBe(0);
  });

  it("shows the value a provider refuses, but no secret in it", async () => {
    const result = await world.run(async ({ register }) => void (await register("bad", { invalid: true })));
    expect(result.errors.join("\n")).toContain(
      "test:index:Thing resource 'bad': property invalid value {true} has a problem: must not be true",
    );
  });
});

describe("naming rules of a stack", () => {
  const stack = { project: "test", name: "dev" };
  const rules = (section: unknown, more: Record<string, string> = {}) =>
    autonaming(
      new Map(
        Object.entries({ "pulumi:autonaming": JSON.stringify(section), ...more }).map(([key, value]) => [
          key,
          { value, secret: false, object: key === "pulumi:autonaming" },
        ]),
      ),
      stack,
    );

  it("fills in patterns, and knows when a name cannot stand twice", () => {
    const fixed = rules(
      { pattern: `\${project}-\${stack}-\${config.team}-\${name}` },
      { "test:team": "web" },
    );
    expect(fixed?.(urn("site"))).toEqual({
      options: { proposedName: "test-dev-web-site", mode: "propose", warnIfNoSupport: false },
      deleteBeforeReplace: true,
    });
    const random = rules({ pattern: `\${name}-\${hex(5)}\${num(2)}`, enforce: true })?.(urn("site"));
    expect(random).toMatchObject({
      options: { mode: "enforce", warnIfNoSupport: true },
      deleteBeforeReplace: false,
    });
    expect(random?.options.proposedName).toMatch(/^site-[0-9a-f]{5}\d\d$/);
  });

  it("prefers the rule of a type over its provider's, and that over the general one", () => {
    const chosen = rules({
      mode: "verbatim",
      providers: { test: { mode: "disabled", resources: { "test:index:Free": { mode: "default" } } } },
    });
    expect(chosen?.(urn("a").replace("test:index:Thing", "other:index:Thing"))?.options.mode).toBe("enforce");
    expect(chosen?.(urn("a"))?.options).toEqual({
      proposedName: "",
      mode: "disable",
      warnIfNoSupport: true,
    });
    expect(chosen?.(urn("a").replace("Thing", "Free"))).toBeUndefined();
  });

  it.each([
    [{ mode: "verbatim", pattern: "x" }, "cannot specify both mode and pattern/enforce"],
    [{ enforce: true }, "pattern must be specified when enforce is true"],
    [{ mode: "loud" }, "invalid naming mode: loud"],
    [{ patern: "x" }, 'unknown field "patern"'],
    [{ pattern: `\${config.team}` }, 'no value found for key "team"'],
    [
      { providers: { test: { resources: { "test:index:Thing": {} } } } },
      'mode or pattern must be specified for resource "test:index:Thing"',
    ],
  ])("refuses %j", (section, problem) => {
    expect(() => rules(section)).toThrow(problem);
  });

  it("tells the provider the name, and replaces delete first when the name is fixed", async () => {
    const world = new World(await testSecrets());
    const asked: (string | undefined)[] = [];
    const check = world.cloud.check.bind(world.cloud);
    world.cloud.check = async (request: CheckRequest) => {
      asked.push(request.autonaming?.proposedName);
      return { ...(await check(request)), namingUnsupported: request.autonaming?.warnIfNoSupport === true };
    };
    const autoname = rules({ providers: { test: { pattern: `x-\${name}` } } });
    const program =
      (version: number) =>
      async ({ register }: Program) =>
        void (await register("a", { immutable: version }));
    await world.run(program(1), { autoname });
    world.cloud.log.length = 0;
    const result = await world.run(program(2), { autoname });
    expect(asked).toEqual(["x-a", "x-a", "x-a"]);
    expect(world.cloud.log).toEqual(["delete a", "create a"]);
    expect(result.warnings[0]).toContain("the provider does not support autonaming configuration");
  });
});

describe("error hooks", () => {
  const setting = (hook: () => Promise<boolean>) => {
    const warnings: string[] = [];
    const diagnostics = {
      error() {},
      info() {},
      debug() {},
      warning: (text: string) => void warnings.push(text),
    };
    const hooks = new Hooks(false, diagnostics);
    hooks.registerErrorHook("again", hook);
    const state = newState({
      urn: urn("a"),
      type: TYPE,
      custom: true,
      resourceHooks: { OnError: ["again"] },
    });
    return { warnings, state, deployment: { hooks, diagnostics } as unknown as Deployment };
  };

  it("try an operation a hundred times at most", async () => {
    let asked = 0;
    let tried = 0;
    const { deployment, state, warnings } = setting(async () => ++asked > 0);
    const operation = withErrorHooks(deployment, { state, operation: "create" }, async () => {
      tried++;
      throw new Error("never");
    });
    await expect(operation).rejects.toThrow("maximum number of error hook retries reached");
    expect([tried, asked]).toEqual([100, 99]);
    expect(warnings.at(-1)).toBe("maximum number of error hook retries (100) reached");
  });

  it("do not hide why a delete failed when they fail themselves", async () => {
    const { deployment, state } = setting(() => Promise.reject(new Error("hook broke")));
    const fails = () => Promise.reject(new Error("in use"));
    await expect(withErrorHooks(deployment, { state, operation: "delete" }, fails)).rejects.toThrow("in use");
    await expect(withErrorHooks(deployment, { state, operation: "create" }, fails)).rejects.toThrow(
      'error hook "again" failed: hook broke',
    );
  });
});
