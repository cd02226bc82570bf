import type { KubernetesObject } from "../api/types/meta";
import type { EndpointSlice } from "../api/types/network";
import { evict } from "../controllers/disruption-budget";
import { created, deployment, failure, ORDERS, rollout, type Script, work } from "./acting";
import { cronHistory } from "./cron-scenario";
import { definitionDeletion } from "./definition-scenario";
import { garbageCollection, serverSideApply } from "./ownership-scenarios";
import { sliceView, view } from "./views";
import { WORKLOAD_SCRIPTS } from "./workload-scenarios";
import type { Seen } from "./world";

export const SCRIPTS: Readonly<Record<string, Script>> = {
  ...WORKLOAD_SCRIPTS,
  "server-side-apply": serverSideApply,
  "garbage-collection": garbageCollection,
  "custom-resource-definition-deletion": definitionDeletion,
  "cron-job-history": cronHistory,
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
