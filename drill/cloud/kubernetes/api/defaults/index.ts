import type { KubernetesObject } from "../types/meta";
import type { Pod } from "../types/pod";
import {
  defaultBinding,
  defaultCustomResourceDefinition,
  defaultEndpointSlice,
  defaultLimitRange,
  defaultNamespace,
  defaultNetworkPolicy,
  defaultPriorityClass,
  defaultSecret,
  defaultService,
} from "./others";
import { defaultPod, defaultPodSpec } from "./pod-template";
import {
  defaultCronJob,
  defaultDeployment,
  defaultHorizontalPodAutoscaler,
  defaultJob,
  defaultReplicaSet,
} from "./workloads";

type Defaulter = (object: never) => void;

const DEFAULTERS: Readonly<Record<string, Defaulter | undefined>> = {
  Pod: (pod: Pod) => {
    if (pod.spec?.containers === undefined) return;
    defaultPodSpec(pod.spec);
    defaultPod(pod.spec);
  },
  Deployment: defaultDeployment,
  ReplicaSet: defaultReplicaSet,
  Job: defaultJob,
  CronJob: defaultCronJob,
  HorizontalPodAutoscaler: defaultHorizontalPodAutoscaler,
  Service: defaultService,
  EndpointSlice: defaultEndpointSlice,
  Secret: defaultSecret,
  Namespace: defaultNamespace,
  LimitRange: defaultLimitRange,
  PriorityClass: defaultPriorityClass,
  RoleBinding: defaultBinding,
  ClusterRoleBinding: defaultBinding,
  NetworkPolicy: defaultNetworkPolicy,
  CustomResourceDefinition: defaultCustomResourceDefinition,
};

/** Fills in what the API fills in, in place. */
export function applyDefaults(object: KubernetesObject): void {
  DEFAULTERS[object.kind]?.(object as never);
}
