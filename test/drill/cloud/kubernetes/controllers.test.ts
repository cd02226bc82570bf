import { describe, expect, it } from "vitest";
import type { Pod } from "../../../../drill/cloud/kubernetes/api/types/pod";
import type {
  Deployment,
  Job,
  PodDisruptionBudget,
} from "../../../../drill/cloud/kubernetes/api/types/workloads";
import { World } from "../../../../drill/cloud/kubernetes/conformance/world";

function deployment(image: string, replicas: number, more: object = {}) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "orders", namespace: "orders" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "orders" } },
      template: {
        metadata: { labels: { app: "orders" } },
        spec: { containers: [{ name: "app", image: `example.com/${image}:1` }] },
      },
      ...more,
    },
  };
}

function job(image: string, more: object = {}) {
  const template = {
    spec: { restartPolicy: "Never", containers: [{ name: "job", image: `example.com/${image}:1` }] },
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "migrate", namespace: "orders" },
    spec: { template, ...more },
  };
}

const found = (world: World) => world.find<Deployment>("Deployment", "orders", "apps/v1");
const task = (world: World) => world.find<Job>("Job", "migrate", "batch/v1");

describe("a rolling update", () => {
  const bounds = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };

  it("never goes below what is wanted, nor above the surge", () => {
    const world = new World();
    world.create(deployment("ready", 3, bounds));
    world.settle();
    world.startCounting();
    world.apply(deployment("ready-too", 3, bounds));
    world.settle();
    expect(world.availability).toEqual({ fewest: 3, most: 4 });
    expect(found(world)?.status).toMatchObject({ updatedReplicas: 3, availableReplicas: 3 });
  });

  it("stops at pods that never become ready, and leaves the old ones alone", () => {
    const world = new World();
    world.create(deployment("ready", 2, { ...bounds, progressDeadlineSeconds: 10 }));
    world.settle();
    world.apply(deployment("never-ready", 2, { ...bounds, progressDeadlineSeconds: 10 }));
    world.settle();
    expect(world.conditions(found(world)).at(-1)).toBe("Progressing=False ProgressDeadlineExceeded");
    expect(found(world)?.status).toMatchObject({ availableReplicas: 2, updatedReplicas: 1 });
  });
});

describe("a Job", () => {
  it("first says what it will be, then what it is", () => {
    const world = new World();
    world.create(job("exits-0", { completions: 3, parallelism: 2 }));
    world.settle();
    expect(world.conditions(task(world))).toEqual([
      "SuccessCriteriaMet=True CompletionsReached",
      "Complete=True CompletionsReached",
    ]);
    expect(task(world)?.status?.succeeded).toBe(3);
  });

  it("tries again after pauses that double, as often as its limit allows", () => {
    const world = new World();
    world.create(job("exits-1", { backoffLimit: 2 }));
    world.settle(9);
    expect(world.pods()).toHaveLength(1);
    world.settle(10);
    expect(world.pods()).toHaveLength(2);
    world.settle(60);
    expect(task(world)?.status).toMatchObject({ failed: 3 });
    expect(world.conditions(task(world)).at(-1)).toBe("Failed=True BackoffLimitExceeded");
  });

  it("is given up when it runs too long, and its pod with it", () => {
    const world = new World();
    world.create(job("ready", { activeDeadlineSeconds: 5 }));
    world.settle();
    expect(world.pods()).toEqual([]);
    expect(task(world)?.status).toMatchObject({ failed: 1 });
  });

  it.each(["Foreground", "Background"] as const)(
    "goes with its running pod when it is deleted (%s)",
    (propagation) => {
      const world = new World();
      world.create(job("ready"));
      world.settle();
      expect(world.pods()).toHaveLength(1);
      world.server.delete(
        { apiVersion: "batch/v1", kind: "Job", namespace: "orders", name: "migrate" },
        { propagation },
      );
      world.settle();
      expect(world.pods()).toEqual([]);
      expect(task(world)).toBeUndefined();
    },
  );

  it("finishes each index once", () => {
    const world = new World();
    world.create(job("exits-0", { completionMode: "Indexed", completions: 3, parallelism: 3 }));
    world.settle();
    expect(task(world)?.status).toMatchObject({ succeeded: 3, completedIndexes: "0-2" });
  });
});

it("deletes everything a Deployment owns before the Deployment itself, when asked to wait", () => {
  const world = new World();
  world.create(deployment("ready", 1));
  world.settle();
  world.removed.length = 0;
  world.server.delete(
    { apiVersion: "apps/v1", kind: "Deployment", namespace: "orders", name: "orders" },
    { propagation: "Foreground" },
  );
  world.settle();
  expect(world.removed).toEqual(["Pod", "ReplicaSet", "Deployment"]);
});

it("counts in a budget how many pods may go", () => {
  const world = new World();
  world.create({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "b", namespace: "orders" },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: "orders" } } },
  });
  world.create(deployment("ready", 3));
  world.settle();
  const budget = world.find<PodDisruptionBudget>("PodDisruptionBudget", "b", "policy/v1");
  expect(budget?.status).toMatchObject({ disruptionsAllowed: 1, desiredHealthy: 2, expectedPods: 3 });
});

it("adopts pods that match a set and belong to nobody", () => {
  const world = new World();
  world.create(deployment("ready", 1));
  world.settle();
  const [set] = world.sets();
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "stray", namespace: "orders", labels: set?.metadata.labels ?? {} },
    spec: { containers: [{ name: "app", image: "example.com/ready:1" }] },
  };
  world.create(pod);
  world.apply(deployment("ready", 2));
  world.settle();
  expect(world.pods().every(({ metadata }) => metadata.ownerReferences?.[0]?.uid === set?.metadata.uid)).toBe(
    true,
  );
  expect(world.pods()).toHaveLength(2);
});
