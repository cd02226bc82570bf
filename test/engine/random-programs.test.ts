import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { SecretsManager } from "../../engine/secrets/passphrase";
import type { PropertyMap, Value } from "../../engine/values/value";
import { type Program, testSecrets, World } from "./fixtures/world";

/** A resource of a random program: it may use outputs of earlier ones. */
interface Node {
  value: number;
  immutable: number;
  deleteFirst: boolean;
  uses: number[];
  after: number[];
}
type Graph = Map<string, Node>;

const node = fc.record({
  present: fc.boolean(),
  value: fc.integer({ min: 0, max: 2 }),
  immutable: fc.integer({ min: 0, max: 1 }),
  deleteFirst: fc.boolean(),
  uses: fc.uniqueArray(fc.nat({ max: 7 }), { maxLength: 2 }),
  after: fc.uniqueArray(fc.nat({ max: 7 }), { maxLength: 2 }),
});
/** Up to eight resources; each refers only to ones before it. */
const graph = fc.array(node, { minLength: 1, maxLength: 8 }).map((nodes): Graph => {
  const result: Graph = new Map();
  nodes.forEach(({ present, uses, after, ...rest }, i) => {
    const earlier = (list: number[]) => list.filter((j) => j < i && nodes[j]?.present);
    if (present) result.set(`r${i}`, { ...rest, uses: earlier(uses), after: earlier(after) });
  });
  return result;
});

/** The model: the graph is the program. */
function programOf(nodes: Graph) {
  return async ({ register, outputs }: Program): Promise<void> => {
    const made = new Map<string, ReturnType<Program["register"]>>();
    for (const [name, { value, immutable, deleteFirst, uses, after }] of nodes)
      made.set(
        name,
        (async () => {
          const used = await Promise.all(uses.map((i) => made.get(`r${i}`)));
          const waited = await Promise.all(after.map((i) => made.get(`r${i}`)));
          const inputs: PropertyMap = { value, immutable, deleteFirst };
          const propertyDependencies: Record<string, string[]> = {
            value: [],
            immutable: [],
            deleteFirst: [],
          };
          used.forEach((state, i) => {
            inputs[`from${i}`] = (state?.outputs.token ?? null) as Value;
            propertyDependencies[`from${i}`] = state ? [state.urn] : [];
          });
          return register(name, inputs, {
            dependencies: [...used, ...waited].flatMap((state) => (state ? [state.urn] : [])),
            propertyDependencies,
          });
        })(),
      );
    await Promise.all(made.values());
    await outputs({ count: nodes.size });
  };
}

function expectMatches(world: World, nodes: Graph): void {
  const live = world.live();
  expect(Object.keys(live).sort()).toEqual([...nodes.keys()].sort());
  for (const [name, { value, immutable }] of nodes) expect(live[name]).toMatchObject({ value, immutable });
  expect(world.cloud.resources.size).toBe(nodes.size);
  const things = world.state.resources.filter((resource) => resource.type === "test:index:Thing");
  expect(things.map((resource) => resource.id).sort()).toEqual([...world.cloud.resources.keys()].sort());
  expect(world.problems()).toEqual([]);
  expect(world.state.pending).toEqual([]);
}

/** Whoever needs a resource is deleted before it. */
function expectOrderedDeletes(before: Graph, log: string[]): void {
  for (const [name, { uses, after }] of before)
    for (const needed of [...uses, ...after].map((i) => `r${i}`)) {
      const [mine, its] = [log.indexOf(`delete ${name}`), log.indexOf(`delete ${needed}`)];
      const replaced = log.includes(`create ${needed}`) || log.includes(`create ${name}`);
      if (mine >= 0 && its >= 0 && !replaced) expect(mine).toBeLessThan(its);
    }
}

describe("random programs", () => {
  let secrets: SecretsManager;
  beforeAll(async () => {
    secrets = await testSecrets();
  });

  it("end in the state the program describes, whatever it was before", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(graph, { minLength: 2, maxLength: 4 }),
        fc.constantFrom(1, 8),
        async (programs, parallel) => {
          const world = new World(secrets);
          let before: Graph = new Map();
          for (const nodes of programs) {
            world.cloud.log.length = 0;
            const result = await world.run(programOf(nodes), { parallel });
            expect(result.errors).toEqual([]);
            expectMatches(world, nodes);
            expectOrderedDeletes(before, world.cloud.log);
            const again = await world.run(programOf(nodes), { parallel });
            expect(Object.keys(again.changes)).toEqual(["same"]);
            before = nodes;
          }
          await world.run(undefined, { mode: "destroy" });
          expect(world.cloud.resources.size).toBe(0);
        },
      ),
      { numRuns: Number(process.env.ENGINE_PROGRAMS ?? "200") },
    );
  }, 60_000);

  it("converge after a kill at any write of the state, and create nothing twice", async () => {
    await fc.assert(
      fc.asyncProperty(graph, graph, fc.nat({ max: 25 }), async (first, second, killAfter) => {
        const world = new World(secrets);
        await world.run(programOf(first));
        await world.run(programOf(second), { parallel: 1 }, killAfter);
        expect(world.problems()).toEqual([]);
        const created = world.state.pending.filter(({ type }) => type === "creating");
        const result = await world.run(programOf(second));
        expect(result.errors).toEqual([]);
        const live = world.live();
        expect(Object.keys(live).sort()).toEqual([...second.keys()].sort());
        const urns = [...world.cloud.resources.values()].map(({ urn }) => urn);
        // Only a create that was cut off between the cloud and the disk may have left something, and it is reported.
        const twice = urns.filter((urn, i) => urns.indexOf(urn) !== i);
        for (const urn of twice) expect(created.map(({ resource }) => resource.urn)).toContain(urn);
        expect(world.problems()).toEqual([]);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it("preview changes nothing and foresees what the update does", async () => {
    await fc.assert(
      fc.asyncProperty(graph, graph, async (first, second) => {
        const world = new World(secrets);
        await world.run(programOf(first));
        const state = JSON.stringify(world.state);
        world.cloud.log.length = 0;
        const preview = await world.run(programOf(second), { dryRun: true });
        expect(preview.errors).toEqual([]);
        expect(world.cloud.log).toEqual([]);
        expect(JSON.stringify(world.state)).toBe(state);
        const update = await world.run(programOf(second));
        for (const op of ["create", "delete"]) expect(preview.changes[op] ?? 0).toBe(update.changes[op] ?? 0);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
