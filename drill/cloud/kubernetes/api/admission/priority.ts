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
  const priority = found?.value ?? system ?? 0;
  const preemption = found?.preemptionPolicy ?? "PreemptLowerPriority";
  const refuse = (what: string, given: string | number, computed: string | number): never => {
    const why = `the ${what} (${given}) must not be provided in pod spec; priority admission controller computed ${computed} from the given PriorityClass name`;
    throw forbidden("pods", "", metadata.name, why);
  };
  if (spec.priority !== undefined && spec.priority !== priority)
    refuse("integer value of priority", spec.priority, priority);
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemption)
    refuse("string value of PreemptionPolicy", spec.preemptionPolicy, preemption);
  spec.priority = priority;
  spec.preemptionPolicy = preemption;
}

/** The cluster has one default. */
export function checkDefaultPriority(object: KubernetesObject, server: Objects): void {
  const { metadata, globalDefault } = object as PriorityClass;
  if (globalDefault !== true) return;
  const other = server
    .list<PriorityClass>("scheduling.k8s.io/v1", "PriorityClass")
    .find((each) => each.globalDefault === true && each.metadata.name !== metadata.name);
  if (other === undefined) return;
  const why = `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`;
  throw forbidden("priorityclasses", "scheduling.k8s.io", metadata.name, why);
}

/** The cluster has no RuntimeClass: a pod that asks for one, or for what only one may set, is refused. */
export function checkRuntime(object: KubernetesObject): void {
  const { metadata, spec } = object as Pod;
  const refuse = (why: string): never => {
    throw forbidden("pods", "", metadata.name, `pod rejected: ${why}`);
  };
  if (spec?.runtimeClassName) refuse(`RuntimeClass ${JSON.stringify(spec.runtimeClassName)} not found`);
  if (Object.keys(spec?.overhead ?? {}).length > 0)
    refuse("Pod Overhead set without corresponding RuntimeClass defined Overhead");
}
