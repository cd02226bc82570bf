import { checkDefinition } from "../custom/definition-rules";
import { checkCustomResource } from "../custom/validation";
import type { ResourceKind } from "../kinds";
import { invalid } from "../status";
import type { TypeSystem } from "../type-system";
import type { KubernetesObject } from "../types/meta";
import type { Service } from "../types/network";
import { checkAutoscaler } from "./autoscaler";
import { checkConfigMap, checkSecret } from "./configuration";
import { checkCronJob } from "./cron-job";
import { checkDeployment, checkReplicaSet } from "./deployment";
import { checkDisruptionBudget } from "./disruption-budget";
import { dns1035Label, dnsLabel, dnsSubdomain, pathSegment } from "./formats";
import { checkIngress, checkIngressClass } from "./ingress";
import { checkJob } from "./job";
import { checkLimitRange } from "./limit-range";
import { checkDeletion, checkMetadata } from "./metadata";
import { checkNetworkPolicy } from "./network-policy";
import { checkPod } from "./pod";
import { Problems } from "./problems";
import { checkPriorityClass, checkResourceQuota } from "./quotas";
import { checkBinding, checkRole } from "./rbac";
import { checkService } from "./service";
import { warningsOf } from "./warnings";

type Check = (object: never, live: never, problems: Problems) => void;

const CHECKS: Readonly<Record<string, Check | undefined>> = {
  Pod: checkPod as Check,
  Deployment: checkDeployment as Check,
  ReplicaSet: checkReplicaSet as Check,
  Job: checkJob as Check,
  CronJob: checkCronJob as Check,
  HorizontalPodAutoscaler: ((object, _live, problems) => checkAutoscaler(object, problems)) as Check,
  PodDisruptionBudget: ((object, _live, problems) => checkDisruptionBudget(object, problems)) as Check,
  NetworkPolicy: ((object, _live, problems) => checkNetworkPolicy(object, problems)) as Check,
  Ingress: checkIngress as Check,
  IngressClass: checkIngressClass as Check,
  ConfigMap: checkConfigMap as Check,
  Secret: checkSecret as Check,
  ResourceQuota: checkResourceQuota as Check,
  LimitRange: ((object, _live, problems) => checkLimitRange(object, problems)) as Check,
  PriorityClass: checkPriorityClass as Check,
  Role: ((object, _live, problems) => checkRole(object, problems)) as Check,
  ClusterRole: ((object, _live, problems) => checkRole(object, problems)) as Check,
  RoleBinding: checkBinding as Check,
  ClusterRoleBinding: checkBinding as Check,
  CustomResourceDefinition: checkDefinition as Check,
};

const NAME_FORMS: Readonly<Record<string, ((name: string) => string[]) | undefined>> = {
  Namespace: dnsLabel,
  Service: dns1035Label,
  Role: pathSegment,
  ClusterRole: pathSegment,
  RoleBinding: pathSegment,
  // Its own rules leave the name to the general ones.
  PodDisruptionBudget: pathSegment,
  ClusterRoleBinding: pathSegment,
};

/** Judges an object by the rules of its kind. Throws everything that is wrong at once; adds warnings to the list. */
export function validate(
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  kind: ResourceKind,
  types: TypeSystem,
  services: () => readonly Service[],
  warnings: string[],
): void {
  const problems = new Problems();
  const builtIn = kind.table !== undefined;
  checkMetadata(object.metadata, (builtIn && NAME_FORMS[kind.kind]) || dnsSubdomain, builtIn, problems);
  if (live !== undefined) checkDeletion(object.metadata, live.metadata, problems);
  if (kind.table === undefined) checkCustomResource(object, live, types.definitions.schemaOf(kind), problems);
  else if (kind.kind === "Service") {
    const others = services().filter(({ metadata }) => metadata.uid !== object.metadata.uid);
    checkService(object as Service, live as Service | undefined, others, problems);
  } else CHECKS[kind.kind]?.(object as never, live as never, problems);
  if (problems.causes.length > 0)
    throw invalid(kind.kind, kind.group, object.metadata.name ?? "", problems.causes);
  warnings.push(...warningsOf(object, live, !builtIn));
}
