import type { ApiServer } from "../server";
import type { KubernetesObject } from "../types/meta";

/** What judges and completes a request beside its own kind: namespaces' rules, quotas, limits, priorities. */
export interface Admission {
  mutate(object: KubernetesObject, live: KubernetesObject | undefined, warnings: string[]): void;
  check(object: KubernetesObject, live: KubernetesObject | undefined, warnings: string[]): void;
}

export function admissionOf(_server: ApiServer): Admission {
  return { mutate: () => undefined, check: () => undefined };
}
