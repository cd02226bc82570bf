import type { ResourceList, ResourceRequirements } from "../types/pod";
import { canonicalQuantity, parseQuantity, quantity } from "../values/quantity";
import { qualifiedName } from "./formats";
import type { Problems } from "./problems";

const STANDARD = new Set(["cpu", "memory", "ephemeral-storage"]);
const NANO = 1_000_000_000n;

export function isStandardResource(name: string): boolean {
  return STANDARD.has(name) || name.startsWith("hugepages-");
}

/** Resources of a container: known names, nothing negative, no request above its limit. */
export function checkResources(
  field: string,
  resources: ResourceRequirements | undefined,
  problems: Problems,
): void {
  checkRequirements(field, resources, checkContainerName, problems);
}

type CheckName = (at: string, name: string, problems: Problems) => void;

/** Resources of a container or a pod; `checkName` says which there may be. */
export function checkRequirements(
  field: string,
  resources: ResourceRequirements | undefined,
  checkName: CheckName,
  problems: Problems,
): void {
  const { limits = {}, requests = {} } = resources ?? {};
  checkList(`${field}.limits`, limits, checkName, problems);
  checkList(`${field}.requests`, requests, checkName, problems);
  const named = [...Object.keys(limits), ...Object.keys(requests)];
  if (
    named.some((name) => name.startsWith("hugepages-")) &&
    !named.includes("cpu") &&
    !named.includes("memory")
  )
    problems.forbidden(field, "HugePages require cpu or memory");
  for (const [name, request] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit === undefined) {
      if (!isOvercommitted(name))
        problems.required(`${field}.limits`, "Limit must be set for non overcommitable resources");
      continue;
    }
    const [asked, most] = [quantity(request), quantity(limit)];
    const shown = canonicalQuantity(limit);
    if (!isOvercommitted(name) && asked !== most) {
      problems.invalid(
        `${field}.requests`,
        canonicalQuantity(request),
        `must be equal to ${name} limit of ${shown}`,
      );
    } else if (asked > most) {
      problems.invalid(
        `${field}.requests`,
        canonicalQuantity(request),
        `must be less than or equal to ${name} limit of ${shown}`,
      );
    }
  }
}

function checkList(field: string, list: ResourceList, checkName: CheckName, problems: Problems): void {
  for (const [name, value] of Object.entries(list)) {
    const at = `${field}[${name}]`;
    checkName(at, name, problems);
    checkQuantity(at, name, value, problems);
    if (!name.startsWith("hugepages-")) continue;
    const page = parseQuantity(name.slice("hugepages-".length));
    const amount = quantity(value);
    if (page === undefined || page <= 0n || amount <= 0n || amount % page !== 0n)
      problems.invalid(
        at,
        canonicalQuantity(value),
        `${canonicalQuantity(value)} is not positive integer multiple of ${name}`,
      );
  }
}

function checkContainerName(at: string, name: string, problems: Problems): void {
  const wrong = qualifiedName(name);
  problems.texts(at, name, wrong);
  if (wrong.length === 0) checkContainerResource(at, name, problems);
}

/** A resource that containers can have: one of the node's own, or a device of another domain. */
export function checkContainerResource(at: string, name: string, problems: Problems): void {
  if (!name.includes("/")) {
    if (!isStandardResource(name)) problems.invalid(at, name, "must be a standard resource for containers");
  } else if (!name.includes("kubernetes.io/") && name.startsWith("requests."))
    problems.invalid(at, name, "doesn't follow extended resource name standard");
}

/** Not negative, and whole where it counts things. */
export function checkQuantity(field: string, name: string, value: string | number, problems: Problems): void {
  const amount = quantity(value);
  if (amount < 0n) problems.invalid(field, canonicalQuantity(value), "must be greater than or equal to 0");
  if (countsThings(name) && amount % NANO !== 0n)
    problems.invalid(field, canonicalQuantity(value), "must be an integer");
}

const COUNTED = new Set([
  "pods",
  "services",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
]);

function countsThings(name: string): boolean {
  return (
    COUNTED.has(name) || name.startsWith("count/") || (name.includes("/") && !name.startsWith("requests."))
  );
}

/** Resources of the node's own can be promised more than once; devices cannot. */
export function isOvercommitted(name: string): boolean {
  return STANDARD.has(name);
}
