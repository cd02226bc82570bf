import type { PodSpec } from "../types/pod";
import { aggregate, isPodLevelResource, POD_LEVEL_RESOURCES } from "../values/pod-resources";
import { canonicalQuantity, quantity } from "../values/quantity";
import { qualifiedName } from "./formats";
import type { Problems } from "./problems";
import { checkRequirements, isStandardResource } from "./resources";

/** Resources of a pod as a whole: enough for what its containers ask for, and no container may have more than the pod. */
export function checkPodResources(field: string, spec: PodSpec, problems: Problems): void {
  const { resources } = spec;
  if (resources === undefined) return;
  if (spec.os?.name === "windows") {
    problems.forbidden(field, "may not be set for a windows pod");
    return;
  }
  if (resources.claims !== undefined)
    problems.forbidden(`${field}.claims`, "claims cannot be set for Resources at pod-level");
  checkRequirements(field, resources, checkName, problems);
  const { requests = {}, limits = {} } = resources;
  for (const [name, needed] of Object.entries(aggregate(spec, "requests"))) {
    const asked = requests[name];
    if (asked !== undefined && quantity(needed) > quantity(asked))
      problems.invalid(
        `${field}.requests[${name}]`,
        canonicalQuantity(asked),
        `must be greater than or equal to aggregate container requests of ${needed}`,
      );
  }
  for (const [index, container] of spec.containers.entries())
    for (const [name, limit] of Object.entries(container.resources?.limits ?? {})) {
      const most = limits[name];
      // The server builds this path from that of the pod's resources.
      if (most !== undefined && quantity(limit) > quantity(most))
        problems.invalid(
          `${field}.containers[${index}][${name}].limits`,
          canonicalQuantity(limit),
          `must be less than or equal to pod limits of ${canonicalQuantity(most)}`,
        );
    }
}

function checkName(at: string, name: string, problems: Problems): void {
  const wrong = qualifiedName(name);
  problems.texts(at, name, wrong);
  if (wrong.length > 0) return;
  if (!name.includes("/") && !isStandardResource(name) && !STANDARD_ELSEWHERE.test(name))
    problems.invalid(at, name, "must be a standard resource type or fully qualified");
  else if (!isPodLevelResource(name)) problems.unsupported(at, name, POD_LEVEL_RESOURCES);
}

/** Names that quotas and volumes know: well formed, but nothing a pod can have. */
const STANDARD_ELSEWHERE =
  /^((requests|limits)\.(cpu|memory|ephemeral-storage)|requests\.(storage|hugepages-.*)|storage|pods|services|services\.(nodeports|loadbalancers)|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims)$/;
