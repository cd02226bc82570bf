import type { PolicyResource } from "@pulumi/policy";
import type { Properties } from "../frame/rule";

const VERSION = "app.kubernetes.io/version";
const ROLE = "order-upgrade.dev/role";

export const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
export const JOB = "kubernetes:batch/v1:Job";

export const isDeployment = (type: string): boolean => /^kubernetes:apps\/v1:Deployment(Patch)?$/.test(type);
export const isJob = (type: string): boolean => /^kubernetes:batch\/v1:Job(Patch)?$/.test(type);

/** Deployments of the releases; reading an unknown part of one throws, as everywhere in a rule. */
export const deployments = (resources: readonly PolicyResource[]): PolicyResource[] =>
  resources.filter(({ type }) => isDeployment(type));

export const releaseOf = ({ props }: { readonly props: Properties }): string | undefined =>
  props.metadata?.labels?.[VERSION];

/** Whether it answers requests or takes work by itself. What does not say is a service: the stricter of both. */
export const roleOf = ({ props }: { readonly props: Properties }): "service" | "worker" =>
  props.spec?.template?.metadata?.labels?.[ROLE] === "worker" ? "worker" : "service";

/** Kubernetes makes one replica when none are given. */
export const replicasOf = ({ props }: { readonly props: Properties }): number =>
  Number(props.spec?.replicas ?? 1);

/** The step a Job runs: the first argument of its container. */
export const stepOf = ({ props }: { readonly props: Properties }): string | undefined =>
  props.spec?.template?.spec?.containers?.[0]?.args?.[0];

/** Jobs of one step. */
export const jobsOf = (resources: readonly PolicyResource[], step: string): PolicyResource[] =>
  resources.filter((resource) => isJob(resource.type) && stepOf(resource) === step);

/** Whether a resource waits for one that satisfies the test, directly or through others. */
export function waitsFor(from: PolicyResource, test: (resource: PolicyResource) => boolean): boolean {
  const seen = new Set<string>([from.urn]);
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const one of [...next.dependencies, ...Object.values(next.propertyDependencies).flat()]) {
      if (seen.has(one.urn)) continue;
      if (test(one)) return true;
      seen.add(one.urn);
      open.push(one);
    }
  }
  return false;
}

/** Elements of a list as a plain array: an iterator over proxies stops at the first unknown one. */
export const elements = <T = Properties>(list: { readonly length: number } | undefined): T[] =>
  Array.from({ length: list?.length ?? 0 }, (_, index) => (list as unknown as readonly T[])[index] as T);
