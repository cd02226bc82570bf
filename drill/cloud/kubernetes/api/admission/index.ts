import type { Objects } from "../objects";
import type { KubernetesObject } from "../types/meta";
import type { Namespace } from "../types/store";
import { checkLimits, fillLimits } from "./limit-ranger";
import { checkNamespaceLabels, checkPodSecurity, warnOfExistingPods } from "./pod-security";
import { checkDefaultPriority, checkRuntime, setPriority } from "./priority";
import { checkQuota } from "./quota";

/** What judges and completes a request beside its own kind: namespaces' rules, quotas, limits, priorities. */
export interface Admission {
  mutate(object: KubernetesObject, live: KubernetesObject | undefined): void;
  check(object: KubernetesObject, live: KubernetesObject | undefined, warnings: string[]): void;
}

export function admissionOf(server: Objects): Admission {
  return {
    mutate(object, live) {
      if (object.kind !== "Pod" || live !== undefined) return;
      checkRuntime(object);
      setPriority(object, server);
      fillLimits(object, server);
    },
    check(object, live, warnings) {
      if (object.kind === "Namespace") {
        checkNamespaceLabels(object as Namespace);
        if (live !== undefined) warnOfExistingPods(object as Namespace, live as Namespace, server, warnings);
      }
      if (object.kind === "PriorityClass") checkDefaultPriority(object, server);
      if (object.kind === "Pod" && live === undefined) checkLimits(object, server);
      checkPodSecurity(object, live, server, warnings);
      checkQuota(object, live, server);
    },
  };
}
