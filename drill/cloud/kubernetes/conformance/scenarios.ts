import { ApiError } from "../api/status";
import type { KubernetesObject } from "../api/types/meta";
import type { EndpointSlice } from "../api/types/network";
import type { Pod } from "../api/types/pod";
import { evict } from "../controllers/disruption-budget";
import { TRACKING } from "../controllers/job";
import { cronHistory } from "./cron-scenario";
import { definitionDeletion } from "./definition-scenario";
import { garbageCollection, serverSideApply } from "./ownership-scenarios";
import { setView, sliceView, view } from "./views";
import type { Seen, World } from "./world";

/** One recorded scenario acted out: a function for each step, each answering what is to be seen after it. */
export type Script = (world: World, objects: readonly never[]) => readonly (() => Seen)[];

const DEPLOYMENT = ["name", "generation", "annotations", "status"];
const JOB = ["name", "generation", "labels", "status"];
const ORDERS = { apiVersion: "apps/v1", kind: "Deployment", namespace: "orders", name: "orders" };

const deployment = (world: World): KubernetesObject | undefined => world.server.find(ORDERS);
const job = (world: World): KubernetesObject | undefined => world.find("Job", "migrate", "batch/v1");
const image = (name: string): object => ({
  spec: {
    template: {
      spec: { containers: [{ name: "app", image: name, ports: [{ name: "http", containerPort: 8080 }] }] },
    },
  },
});

function rollout(world: World): Seen {
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

function work(world: World): Seen {
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

function failure(action: () => unknown): Seen {
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

const created = (world: World, objects: readonly never[], seconds = 60): void => {
  for (const object of objects) world.create(object);
  world.settle(seconds);
};

const rolled =
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

const worked =
  (seconds: number): Script =>
  (world, objects) => [
    () => {
      created(world, objects, seconds);
      return work(world);
    },
  ];

export const SCRIPTS: Readonly<Record<string, Script>> = {
  "server-side-apply": serverSideApply,
  "garbage-collection": garbageCollection,
  "custom-resource-definition-deletion": definitionDeletion,
  "cron-job-history": cronHistory,
  "deployment-available": (world, [object]) => [
    () => {
      created(world, [object] as never[]);
      const [set] = world.sets();
      return {
        ...rollout(world),
        ReplicaSet: {
          ...(view(set, [
            "name",
            "generation",
            "labels",
            "annotations",
            "ownerReferences",
            "status",
          ]) as object),
          spec: view({ ...set, ...set?.spec } as never, ["replicas", "selector"]),
        },
        "a Pod": view(world.pods()[0], ["name", "generation", "labels", "ownerReferences"]),
      };
    },
    () => {
      world.apply(object, {
        metadata: { annotations: { "shop.example.com/note": "scaled" } },
        spec: { replicas: 3 },
      });
      world.settle();
      return rollout(world);
    },
  ],
  "deployment-never-ready": (world, [object]) => [
    () => {
      created(world, [object] as never[]);
      return rollout(world);
    },
    () => {
      world.apply(object, image("example.com/ready:1"));
      world.settle();
      return rollout(world);
    },
  ],
  "deployment-paused": rolled("create", [
    {
      ...image("example.com/ready:2"),
      spec: { ...(image("example.com/ready:2") as { spec: object }).spec, paused: true },
    },
  ]),
  "deployment-recreate": rolled("create", [image("example.com/ready:2")]),
  "deployment-rolling-update": rolled("create", [image("example.com/ready:2"), image("example.com/ready:1")]),
  "deployment-rolling-update-stuck": rolled("create", [image("example.com/never-ready:1")]),
  "deployment-scale-to-zero": (world, [object]) => {
    created(world, [object] as never[]);
    return [0, 2].map((replicas) => () => {
      world.server.patch(ORDERS, { spec: { replicas } }, { fieldManager: "hand" });
      world.settle();
      return rollout(world);
    });
  },
  "job-completes": worked(60),
  "job-backoff-limit": worked(120),
  "job-deadline": worked(60),
  "job-failure-policy": worked(60),
  "job-ttl": worked(60),
  "job-suspend": (world, objects) => [
    () => {
      created(world, objects);
      return work(world);
    },
    () => {
      world.server.patch(
        { apiVersion: "batch/v1", kind: "Job", namespace: "orders", name: "migrate" },
        { spec: { suspend: false } },
      );
      world.settle();
      return work(world);
    },
  ],
  "pod-security-refusal": (world, objects) => [
    () => {
      created(world, objects);
      return rollout(world);
    },
  ],
  "quota-exceeded": (world, [quota, object, task]) => [
    () => {
      created(world, [quota, object] as never[]);
      return {
        ...rollout(world),
        ResourceQuota: view(world.find("ResourceQuota", "orders", "v1"), ["name", "status"]),
      };
    },
    () => {
      created(world, [task] as never[]);
      return work(world);
    },
    () => {
      world.apply(object, { spec: { replicas: 1 } });
      world.settle();
      return rollout(world);
    },
  ],
  "pdb-status": (world, [budget, object]) => {
    const seen = (): Seen => ({
      PodDisruptionBudget: view(world.find("PodDisruptionBudget", "orders", "policy/v1"), [
        "name",
        "generation",
        "status",
      ]),
    });
    return [
      () => {
        created(world, [budget] as never[]);
        return seen();
      },
      () => {
        created(world, [object] as never[]);
        return seen();
      },
      () => {
        world.apply(object, { spec: { replicas: 2 } });
        world.settle();
        return {
          ...seen(),
          eviction: failure(() => evict(world.server, "orders", world.pods()[0]?.metadata.name ?? "")),
        };
      },
    ];
  },
  "hpa-without-metrics": (world, [object, scaler, lost]) => {
    const seen = (name: string): Seen => ({
      HorizontalPodAutoscaler: view(world.find("HorizontalPodAutoscaler", name, "autoscaling/v2"), [
        "name",
        "status",
      ]),
      "spec.replicas of the Deployment": (deployment(world) as { spec?: { replicas?: number } } | undefined)
        ?.spec?.replicas,
    });
    return [
      () => {
        created(world, [object] as never[]);
        created(world, [scaler, lost] as never[]);
        return seen("orders");
      },
      () => seen("nowhere"),
      () => {
        world.server.scale(ORDERS, 0, { fieldManager: "hand" });
        world.settle();
        return seen("orders");
      },
    ];
  },
  "service-blue-green": (world, [service, ...deployments]) => {
    const slices = (): Seen => {
      world.settle();
      return {
        EndpointSlices: world.server
          .list<EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice", "orders")
          .map(sliceView),
      };
    };
    const reference = { apiVersion: "v1", kind: "Service", namespace: "orders", name: "orders" };
    const turn = (version: string) => () => {
      world.server.patch(reference, { spec: { selector: { version } } });
      return slices();
    };
    return [
      () => {
        created(world, [service] as never[]);
        return slices();
      },
      () => {
        created(world, deployments);
        return slices();
      },
      turn("4.0.0"),
      turn("4.0.1"),
      turn("9.9.9"),
      () => {
        world.server.delete(reference);
        return slices();
      },
    ];
  },
  "namespace-deletion": (world, objects) => {
    const held = { apiVersion: "v1", kind: "ConfigMap", namespace: "orders", name: "held" };
    const home = { apiVersion: "v1", kind: "Namespace", name: "orders" };
    created(world, objects);
    return [
      () => {
        const { object } = world.server.delete(home);
        const { spec, status } = object as KubernetesObject & { spec: unknown; status: unknown };
        const late = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "late", namespace: "orders" } };
        return {
          answer: {
            code: 200,
            status,
            spec,
            deletionTimestamp: object.metadata.deletionTimestamp === undefined ? "" : "set",
          },
          refused: failure(() => world.create(late)),
        };
      },
      () => ({
        answer: failure(() =>
          world.create({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "late", namespace: "orders" },
          }),
        ),
      }),
      () => {
        world.settle();
        const left = world.server.find(held);
        return {
          Namespace: view(world.server.find(home), ["status"]),
          ConfigMap: {
            name: left?.metadata.name,
            deletionTimestamp: left?.metadata.deletionTimestamp === undefined ? "" : "set",
            finalizers: left?.metadata.finalizers,
          },
        };
      },
      () => {
        world.server.patch(held, { metadata: { finalizers: null } });
        world.settle();
        const { details: _details, ...answer } = failure(() => world.server.get(home));
        return { Namespace: answer };
      },
    ];
  },
};

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
