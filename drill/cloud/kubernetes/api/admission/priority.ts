import type { Objects } from "../objects";
import { forbidden } from "../status";
import type { KubernetesObject } from "../types/meta";
import type { Pod } from "../types/pod";
import type { PriorityClass } from "../types/store";

const SYSTEM: Readonly<Record<string, number | undefined>> = {
  "system-cluster-critical": 2_000_000_000,
  "system-node-critical": 2_000_001_000,
};

/** Gives a pod the priority of its class, or of the cluster's default. */
export function setPriority(object: KubernetesObject, server: Objects): void {
  const { spec, metadata } = object as Pod;
  if (spec === undefined) return;
  const classes = server.list<PriorityClass>("scheduling.k8s.io/v1", "PriorityClass");
  const name = spec.priorityClassName;
  const found = name
    ? classes.find((each) => each.metadata.name === name)
    : classes.find(({ globalDefault }) => globalDefault === true);
  const system = name === undefined ? undefined : SYSTEM[name];
  if (name && found === undefined && system === undefined) {
    throw forbidden("pods", "", metadata.name, `no PriorityClass with name ${name} was found`);
  }
  if (found !== undefined && !name) spec.priorityClassName = found.metadata.name;
  spec.priority = found?.value ?? system ?? 0;
  spec.preemptionPolicy ??= found?.preemptionPolicy ?? "PreemptLowerPriority";
}
