import { ApiError } from "../api/status";
import type { Fields, KubernetesObject } from "../api/types/meta";
import type { ReplicaSet } from "../api/types/workloads";
import type { Seen, World } from "./world";

const NAME = "order-parameters";
const CONFIG = { apiVersion: "v1", kind: "ConfigMap", namespace: "orders", name: NAME };
const ORDERS = { apiVersion: "apps/v1", kind: "Deployment", namespace: "orders", name: "orders" };

/** Two managers apply the same object in turn. */
export function serverSideApply(world: World, objects: readonly unknown[]): readonly (() => Seen)[] {
  const deployment = objects[1] as KubernetesObject & { spec: Fields };
  const apply =
    (manager: string, data: object, force = false) =>
    (): Seen => {
      const object = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: NAME, namespace: "orders" },
        ...(Object.keys(data).length === 0 ? {} : { data }),
      };
      const answer = attempt(() => world.server.apply(object, { fieldManager: manager, force }));
      return { answer, managedFields: managers(world) };
    };
  const scaled = { ...deployment, spec: { ...deployment.spec, replicas: 3 } };
  return [
    apply("one", { A: "1", B: "1" }),
    apply("two", { A: "1", C: "1" }),
    apply("two", { A: "2", C: "1" }),
    apply("two", { A: "2", C: "1" }, true),
    apply("one", { B: "1" }),
    apply("one", { A: "2" }),
    apply("two", {}),
    () => {
      const answer = attempt(() =>
        world.server.patch(CONFIG, { data: { A: "9" } }, { fieldManager: "hand" }),
      );
      return { answer, managedFields: managers(world) };
    },
    apply("one", { A: "2" }),
    () => {
      world.server.apply(scaled, { fieldManager: "one" });
      world.server.scale(ORDERS, 5, { fieldManager: "<client>" });
      const { causes: _causes, ...answer } = attempt(() =>
        world.server.apply(scaled, { fieldManager: "one" }),
      );
      return { answer };
    },
    () => {
      const { status, object } = world.server.apply(deployment, { fieldManager: "one" });
      return { answer: { code: status, replicas: (object.spec as { replicas?: number }).replicas } };
    },
    () => {
      world.server.delete(CONFIG);
      const object = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: NAME, namespace: "orders" },
        data: { A: "1", B: "1" },
      };
      world.server.create(object, { fieldManager: "test" });
      return apply("test", { A: "1" })();
    },
  ];
}

/** The three ways to delete an owner. */
export function garbageCollection(world: World, objects: readonly unknown[]): readonly (() => Seen)[] {
  const [template, child] = objects as [KubernetesObject, KubernetesObject];
  const named = (name: string): KubernetesObject => {
    const text = JSON.stringify(template).replaceAll("orders-background", name);
    return JSON.parse(text) as KubernetesObject;
  };
  const remove = (name: string, propagation: "Background" | "Foreground" | "Orphan") => (): Seen => {
    world.create(named(name));
    world.settle();
    world.removed.length = 0;
    const before = { apiVersion: "apps/v1", kind: "Deployment", namespace: "orders", name };
    const { object } = world.server.delete(before, { propagation });
    const there = world.server.find(before) !== undefined;
    const answer = there
      ? { code: 200, kind: object.kind, finalizers: object.metadata.finalizers }
      : { code: 200, kind: "Status" };
    world.settle();
    const sets = world.sets().filter(({ metadata }) => metadata.name.startsWith(`${name}-`));
    const order = world.removed.filter((kind) => ["Deployment", "ReplicaSet", "Pod"].includes(kind));
    return {
      answer,
      "ReplicaSets left": sets.length,
      "ownerReferences of the ReplicaSet": sets.map(({ metadata }) => metadata.ownerReferences ?? []),
      "pods left": world.pods().filter(({ metadata }) => metadata.name.startsWith(`${name}-`)).length,
      "removed in this order": order,
    };
  };
  return [
    remove("orders-background", "Background"),
    remove("orders-foreground", "Foreground"),
    remove("orders-orphan", "Orphan"),
    () => {
      world.create(named("orders-orphan"));
      world.settle();
      const sets: ReplicaSet[] = world.sets();
      return {
        ReplicaSets: sets.length,
        "owner of the ReplicaSet": sets.map(({ metadata }) =>
          metadata.ownerReferences?.map(({ kind, name }) => `${kind}/${name}`).join(","),
        ),
      };
    },
    () => {
      world.create(child);
      world.settle();
      return { ConfigMap: world.find("ConfigMap", "child", "v1") ?? null };
    },
  ];
}

function managers(world: World): unknown {
  const object = world.server.find(CONFIG);
  return (object?.metadata.managedFields ?? [])
    .map(({ manager, operation, fieldsV1 }) => ({ manager, operation, fieldsV1 }))
    .sort((a, b) => (a.manager === b.manager ? 0 : a.manager < b.manager ? -1 : 1));
}

function attempt(action: () => { status: number; object: KubernetesObject }): Fields {
  try {
    const { status, object } = action();
    return { code: status, data: (object as KubernetesObject & { data?: unknown }).data };
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    const causes = problem.causes.map(({ type, message, field }) => ({ reason: type, message, field }));
    return { code: problem.code, reason: problem.reason, message: problem.message, causes };
  }
}
