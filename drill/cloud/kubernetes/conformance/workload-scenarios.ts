import { created, image, ORDERS, rolled, rollout, type Script, work, worked } from "./acting";
import { view } from "./views";

/** Scenarios of Deployments and Jobs. */
export const WORKLOAD_SCRIPTS: Readonly<Record<string, Script>> = {
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
};
