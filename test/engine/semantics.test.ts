import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Targets } from "../../engine/deploy/targets";
import { secret } from "../../engine/values/value";
import { testSecrets, World } from "./fixtures/world";

const urn = (name: string): string => `urn:pulumi:dev::test::test:index:Thing::${name}`;

describe("a deployment", () => {
  let world: World;
  beforeAll(async () => {
    await testSecrets();
  });
  beforeEach(async () => {
    world = new World(await testSecrets());
  });
  const stateOf = (name: string) =>
    world.state.resources.find((resource) => resource.urn === urn(name) && !resource.delete);

  it("replaces create before delete, and the other way round when asked", async () => {
    await world.run(async ({ register }) => {
      await register("late", { immutable: 1 });
      await register("early", { immutable: 1 }, { deleteBeforeReplace: true });
    });
    world.cloud.log.length = 0;
    await world.run(
      async ({ register }) => {
        await register("late", { immutable: 2 });
        await register("early", { immutable: 2 }, { deleteBeforeReplace: true });
      },
      { parallel: 1 },
    );
    expect(world.cloud.log).toEqual(["create late", "delete early", "create early", "delete late"]);
  });

  it("deletes dependents that must be replaced too before a delete-before-replace, and only those", async () => {
    const program =
      (version: number) =>
      async ({ register }: Parameters<NonNullable<Parameters<World["run"]>[0]>>[0]) => {
        const base = await register("base", { immutable: version, deleteFirst: true });
        const uses = { dependencies: [base.urn], propertyDependencies: { immutable: [base.urn] } };
        await register("follows", { immutable: base.id }, uses);
        await register("waits", { value: 1 }, { dependencies: [base.urn] });
      };
    await world.run(program(1));
    world.cloud.log.length = 0;
    const result = await world.run(program(2), { parallel: 1 });
    expect(result.errors).toEqual([]);
    expect(world.cloud.log).toEqual(["delete follows", "delete base", "create base", "create follows"]);
  });

  it("refuses to delete or replace a protected resource", async () => {
    await world.run(
      async ({ register }) => void (await register("kept", { immutable: 1 }, { protect: true })),
    );
    const gone = await world.run(async () => {});
    expect(gone.succeeded).toBe(false);
    expect(gone.errors.join("\n")).toContain("because it is protected");
    const replaced = await world.run(
      async ({ register }) => void (await register("kept", { immutable: 2 }, { protect: true })),
    );
    expect(replaced.errors.join("\n")).toContain("unable to replace resource");
    expect(Object.keys(world.live())).toEqual(["kept"]);
  });

  it("leaves a retained resource and one deleted with another to the cloud", async () => {
    await world.run(async ({ register }) => {
      const owner = await register("owner");
      await register("retained", {}, { retainOnDelete: true });
      await register("owned", {}, { deletedWith: owner.urn });
    });
    world.cloud.log.length = 0;
    await world.run(async () => {});
    expect(world.cloud.log).toEqual(["delete owner"]);
    expect(stateOf("retained")).toBeUndefined();
  });

  it("follows a resource to its new name by alias, and references with it", async () => {
    await world.run(async ({ register }) => {
      const old = await register("old");
      await register("user", {}, { dependencies: [old.urn] });
    });
    world.cloud.log.length = 0;
    await world.run(async ({ register }) => {
      const renamed = await register("new", {}, { aliases: [{ name: "old" }] });
      await register("user", {}, { dependencies: [renamed.urn] });
    });
    expect(world.cloud.log).toEqual([]);
    expect(stateOf("user")?.dependencies).toEqual([urn("new")]);
  });

  it("ignores changes at the given paths", async () => {
    const program =
      (n: number) =>
      async ({ register }: Parameters<NonNullable<Parameters<World["run"]>[0]>>[0]) =>
        void (await register(
          "a",
          { value: n, data: { x: n, y: n } },
          { ignoreChanges: ["value", "data.x"] },
        ));
    await world.run(program(1));
    await world.run(program(2));
    expect(world.live().a).toMatchObject({ value: 1, data: { x: 1, y: 2 } });
  });

  it("replaces on changes, on a trigger, and when asked on the command line", async () => {
    const program =
      (n: number) =>
      async ({ register }: Parameters<NonNullable<Parameters<World["run"]>[0]>>[0]) => {
        await register("path", { value: n }, { replaceOnChanges: ["value"] });
        await register("trigger", {}, { replacementTrigger: n });
        await register("asked");
      };
    await world.run(program(1));
    const result = await world.run(program(2), { replaceTargets: new Targets([urn("asked")]) });
    expect(result.changes).toMatchObject({ replace: 3 });
    expect(world.cloud.resources.size).toBe(3);
  });

  it("keeps what failed to become ready and tries again", async () => {
    const first = await world.run(
      async ({ register }) => void (await register("slow", { partial: true }).catch(() => {})),
    );
    expect(first.succeeded).toBe(false);
    expect(stateOf("slow")).toMatchObject({ id: "slow-1", initErrors: ["not ready"] });
    const second = await world.run(
      async ({ register }) => void (await register("slow", { partial: true, value: 1 })),
    );
    expect(second.errors).toEqual([]);
    expect(stateOf("slow")?.initErrors).toBeUndefined();
    expect(world.cloud.resources.size).toBe(1);
  });

  it("finishes what runs beside a failing create, and goes on next time", async () => {
    const failed = await world.run(async ({ register }) => {
      const good = register("good");
      await register("bad", { failCreate: true });
      await good;
    });
    expect(failed.succeeded).toBe(false);
    expect(failed.errors.join("\n")).toContain("cannot create bad");
    expect(world.state.pending).toEqual([]);
    const fixed = await world.run(async ({ register }) => {
      await register("good");
      await register("bad");
    });
    expect(fixed.succeeded).toBe(true);
    expect(world.cloud.log.filter((line) => line === "create good").length).toBeLessThanOrEqual(1);
    expect(world.problems()).toEqual([]);
  });

  it("hides secrets in the state, also when a provider gives them back in the open", async () => {
    await world.run(async ({ register, outputs }) => {
      await register("a", { password: secret("hush") }, { additionalSecretOutputs: ["token"] });
      await outputs({ password: secret("hush") });
    });
    const text = JSON.stringify(world.state);
    expect(text).not.toContain("hush");
    expect(text).not.toContain("token of a");
  });

  it("reads a resource that is managed elsewhere, and never deletes it", async () => {
    await world.run(async ({ get }) => void (await get("found", "ext-1")));
    expect(stateOf("found")).toMatchObject({ external: true, id: "ext-1" });
    await world.run(async () => {});
    expect(world.cloud.log).toEqual([]);
  });

  it("imports a resource that exists instead of creating it", async () => {
    world.cloud.resources.set("made-by-hand", { urn: urn("a"), properties: { value: 1, size: 1 } });
    const result = await world.run(
      async ({ register }) => void (await register("a", { value: 1 }, { id: "made-by-hand" })),
    );
    expect(result.errors).toEqual([]);
    expect(result.changes).toMatchObject({ import: 1 });
    expect(world.cloud.log.filter((line) => line.startsWith("create"))).toEqual([]);
    expect(stateOf("a")).toMatchObject({ id: "made-by-hand", importID: "made-by-hand" });
  });

  it("works on targets only", async () => {
    const program =
      (n: number) =>
      async ({ register }: Parameters<NonNullable<Parameters<World["run"]>[0]>>[0]) => {
        await register("a", { value: n });
        await register("b", { value: n });
      };
    await world.run(program(1));
    const result = await world.run(program(2), { targets: new Targets([urn("a")]) });
    expect(result.errors).toEqual([]);
    expect(world.live()).toMatchObject({ a: { value: 2 }, b: { value: 1 } });
  });

  it("refreshes drift into the state, and drops what is gone", async () => {
    await world.run(async ({ register }) => {
      await register("drifts", { value: 1 });
      await register("goes");
    });
    for (const [id, { properties }] of world.cloud.resources) {
      if (id.startsWith("drifts")) properties.value = 9;
      else world.cloud.resources.delete(id);
    }
    const result = await world.run(undefined, { mode: "refresh", refresh: true });
    expect(result.changes).toMatchObject({ update: 1, delete: 1 });
    expect(stateOf("drifts")).toMatchObject({ inputs: { value: 9 } });
    expect(stateOf("goes")).toBeUndefined();
  });

  it("replaces what a provider manages when its configuration needs it", async () => {
    const program =
      (account: string) =>
      async ({ register, stack }: Parameters<NonNullable<Parameters<World["run"]>[0]>>[0]) => {
        const provider = await register(
          "east",
          { account },
          { type: "pulumi:providers:test", provider: "", parent: stack },
        );
        await register("a", {}, { provider: `${provider.urn}::${provider.id}` });
      };
    await world.run(program("one"));
    const result = await world.run(program("two"));
    expect(result.errors).toEqual([]);
    expect(result.changes).toMatchObject({ replace: 2 });
    expect(world.cloud.resources.size).toBe(1);
  });

  it("reports operations that were interrupted", async () => {
    await world.run(async ({ register }) => void (await register("a")), { parallel: 1 }, 6);
    expect(world.state.pending.length).toBeLessThanOrEqual(1);
    if (world.state.pending.length === 0)
      await world.run(async ({ register }) => void (await register("a")), {}, 0);
    world.state.pending = [
      { resource: { urn: urn("lost"), type: "test:index:Thing", custom: true }, type: "creating" },
    ];
    const next = await world.run(async ({ register }) => void (await register("a")));
    expect(next.warnings.join("\n")).toContain("interrupted while creating");
    expect(world.state.pending.map(({ type }) => type)).toEqual(["creating"]);
  });

  it("stops at an interrupt: what runs is finished, nothing more is started", async () => {
    world.cloud.before = () => {};
    const result = await world.run(async ({ register }) => {
      const first = register("first");
      await first;
      world.interrupt();
      await register("second");
    });
    expect(result.succeeded).toBe(false);
    expect(result.errors.join("\n")).toContain("canceled");
    expect(Object.keys(world.live())).toEqual(["first"]);
    expect(world.state.pending).toEqual([]);
  });
});
