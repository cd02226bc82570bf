import { ApiServer } from "../api/server";
import type { Condition, Fields, KubernetesObject } from "../api/types/meta";
import { isFields } from "../api/types/meta";
import type { Pod } from "../api/types/pod";
import type { Deployment, ReplicaSet } from "../api/types/workloads";
import { mergePatch } from "../api/values/json";
import { createControllers } from "../controllers";
import { ControllerLoop } from "../controllers/loop";
import { FakeClock } from "./fake-clock";
import { simulateNode } from "./simulated-node";

/** A cluster without processes, on a clock that goes when it is told to. */
export class World {
  readonly clock = new FakeClock();
  readonly server = new ApiServer({ clock: this.clock });
  readonly removed: string[] = [];
  readonly added: string[] = [];
  readonly #history = new Map<string, { type: string; text: string }[]>();
  readonly #recent = new Map<string, { type: string; text: string }[]>();
  #available = { fewest: Number.POSITIVE_INFINITY, most: 0 };

  constructor(labels?: Record<string, string>) {
    const edge = { setTargets: () => undefined };
    const addresses = { addressOf: () => undefined };
    const problems = (message: string): never => {
      throw new Error(message);
    };
    this.server.watch(({ type, object, previous }) => {
      if (type === "DELETED") this.removed.push(object.kind);
      if (type === "ADDED") this.added.push(`${object.kind} ${object.metadata.name}`);
      this.#remember(object, previous);
      if (object.kind === "Deployment") this.#count(object as Deployment);
    });
    simulateNode(this.server);
    new ControllerLoop(this.server, createControllers(this.server, edge, addresses), problems).start();
    this.server.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "orders", ...(labels === undefined ? {} : { labels }) },
    });
    this.settle(1);
  }

  settle(seconds = 60): void {
    this.clock.advance(seconds * 1000);
  }

  create(object: unknown): KubernetesObject {
    return this.server.create(object as KubernetesObject, { fieldManager: "test" }).object;
  }

  /** The object with some fields changed, applied by force. */
  apply(object: unknown, changes: object = {}): KubernetesObject {
    return this.server.apply(mergePatch(object, changes) as KubernetesObject, {
      fieldManager: "test",
      force: true,
    }).object;
  }

  find<T extends KubernetesObject>(
    kind: string,
    name: string,
    apiVersion: string,
    namespace = "orders",
  ): T | undefined {
    return this.server.find<T>({ apiVersion, kind, name, namespace });
  }

  pods(): Pod[] {
    return this.server.list<Pod>("v1", "Pod", "orders");
  }

  sets(): ReplicaSet[] {
    return this.server
      .list<ReplicaSet>("apps/v1", "ReplicaSet", "orders")
      .sort(
        (a, b) =>
          Date.parse(a.metadata.creationTimestamp ?? "") - Date.parse(b.metadata.creationTimestamp ?? "") ||
          (a.metadata.resourceVersion ?? "").localeCompare(b.metadata.resourceVersion ?? ""),
      );
  }

  /** Every change of a condition of an object, in the order in which they were written. */
  conditions(object: KubernetesObject | undefined): string[] {
    return (this.#history.get(object?.metadata.uid ?? "") ?? []).map(({ text }) => text);
  }

  /** Forgets what conditions were before the present ones, and how many replicas there were. */
  startCounting(): void {
    for (const [uid, list] of this.#history) {
      const last = [...new Map(list.map((each) => [each.type, each])).values()];
      this.#recent.set(uid, last);
    }
    this.#available = { fewest: Number.POSITIVE_INFINITY, most: 0 };
  }

  /** The same from the last count on, beginning with what was so then. */
  recentConditions(object: KubernetesObject | undefined): string[] {
    return (this.#recent.get(object?.metadata.uid ?? "") ?? []).map(({ text }) => text);
  }

  get availability(): { readonly fewest: number; readonly most: number } {
    return this.#available;
  }

  #count({ status }: Deployment): void {
    const available = status?.availableReplicas ?? 0;
    this.#available = {
      fewest: Math.min(this.#available.fewest, available),
      most: Math.max(this.#available.most, status?.replicas ?? 0),
    };
  }

  #remember(object: KubernetesObject, previous: KubernetesObject | undefined): void {
    const before = new Map(
      conditionsOf(previous).map((each) => [each.type, `${each.status} ${each.reason}`]),
    );
    const changed = conditionsOf(object)
      .filter((each) => before.get(each.type) !== `${each.status} ${each.reason}`)
      .sort((a, b) => (a.type < b.type ? -1 : 1));
    if (changed.length === 0) return;
    const list = this.#history.get(object.metadata.uid ?? "") ?? [];
    this.#recent
      .get(object.metadata.uid ?? "")
      ?.push(...changed.map(({ type, status, reason }) => ({ type, text: `${type}=${status} ${reason}` })));
    list.push(...changed.map(({ type, status, reason }) => ({ type, text: `${type}=${status} ${reason}` })));
    this.#history.set(object.metadata.uid ?? "", list);
  }
}

function conditionsOf(object: KubernetesObject | undefined): Condition[] {
  const status = (object as { status?: unknown } | undefined)?.status;
  return isFields(status) && Array.isArray(status.conditions) ? (status.conditions as Condition[]) : [];
}

/** What is to be seen after a step, by name. */
export type Seen = Fields;
