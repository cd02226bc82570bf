import { ApiError } from "../api/status";
import type { KubernetesObject } from "../api/types/meta";
import type { Pod } from "../api/types/pod";
import { TRACKING } from "../controllers/job";
import { setView, view } from "./views";
import type { Seen, World } from "./world";

/** One recorded scenario acted out: a function for each step, each answering what is to be seen after it. */
export type Script = (world: World, objects: readonly never[]) => readonly (() => Seen)[];

export const DEPLOYMENT = ["name", "generation", "annotations", "status"];
export const JOB = ["name", "generation", "labels", "status"];
export const ORDERS = { apiVersion: "apps/v1", kind: "Deployment", namespace: "orders", name: "orders" };

export const deployment = (world: World): KubernetesObject | undefined => world.server.find(ORDERS);
export const job = (world: World): KubernetesObject | undefined => world.find("Job", "migrate", "batch/v1");
export const image = (name: string): object => ({
  spec: {
    template: {
      spec: { containers: [{ name: "app", image: name, ports: [{ name: "http", containerPort: 8080 }] }] },
    },
  },
});

export function rollout(world: World): Seen {
  return {
    Deployment: view(deployment(world), DEPLOYMENT),
    ReplicaSets: world.sets().map(setView),
    conditionsInOrder: world.conditions(deployment(world)),
    conditionsByType: byType(world.recentConditions(deployment(world))),
    pods: world.pods().length,
    "Ready of every pod": [...new Set(world.pods().map(readiness))],
    "fewest available replicas on the way": world.availability.fewest,
    "most replicas on the way": world.availability.most,
  };
}

export function work(world: World): Seen {
  const pods = world.pods();
  return {
    Job: view(job(world), [...JOB, "spec"]),
    conditionsInOrder: world.conditions(job(world)),
    "pods left": pods.length,
    pods: pods.length,
    "phase of every pod": [...new Set(pods.map(({ status }) => status?.phase))],
    "finalizers of a Pod at first": [TRACKING],
    "finalizers of a Pod at last": pods[0]?.metadata.finalizers ?? [],
    "a Pod": view(pods[0], ["name", "generation", "labels", "ownerReferences"]),
  };
}

export function failure(action: () => unknown): Seen {
  try {
    action();
    return { code: 200 };
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    const { name, kind, causes } = problem.details;
    const shown = causes?.map(({ field, type, message }) => ({
      reason: type,
      message,
      ...(field === "" ? {} : { field }),
    }));
    return {
      code: problem.code,
      reason: problem.reason,
      message: problem.message,
      details: {
        ...(name === undefined ? {} : { name }),
        ...(kind === undefined ? {} : { kind }),
        ...(shown === undefined ? {} : { causes: shown }),
      },
    };
  }
}

export const created = (world: World, objects: readonly never[], seconds = 60): void => {
  for (const object of objects) world.create(object);
  world.settle(seconds);
};

export const rolled =
  (first: string, changes: readonly object[], seconds = 60): Script =>
  (world, [object]) => {
    if (first === "create") created(world, [object] as never[], seconds);
    return changes.map((change) => () => {
      world.startCounting();
      world.apply(object, change);
      world.settle(seconds);
      return rollout(world);
    });
  };

export const worked =
  (seconds: number): Script =>
  (world, objects) => [
    () => {
      created(world, objects, seconds);
      return work(world);
    },
  ];

function byType(list: readonly string[]): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const each of list) {
    const [type = "", text = ""] = each.split(/=(.*)/);
    result[type] = [...(result[type] ?? []), text];
  }
  return result;
}

function readiness({ status }: Pod): string {
  return status?.conditions?.find(({ type }) => type === "Ready")?.status ?? "Unknown";
}
