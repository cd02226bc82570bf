import { canonicalQuantity } from "../values/quantity";
import { qualifiedName } from "./formats";
import type { Problems } from "./problems";

const CONVERTIBLE = new Set([
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.schedulerName",
  "spec.serviceAccountName",
  "spec.hostNetwork",
  "status.phase",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
  "status.nominatedNodeName",
]);
const RESOURCES = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];

interface FieldReference {
  readonly apiVersion?: string;
  readonly fieldPath: string;
}

/** A field of the pod itself; which ones are allowed depends on where it is used. */
export function checkFieldReference(
  at: string,
  { apiVersion = "v1", fieldPath }: FieldReference,
  allowed: readonly string[],
  problems: Problems,
): void {
  if (!fieldPath) {
    problems.required(`${at}.fieldPath`);
    return;
  }
  if (apiVersion !== "v1") {
    const why = `error converting fieldPath: unsupported pod version: ${apiVersion}`;
    problems.invalid(`${at}.fieldPath`, fieldPath, why);
    return;
  }
  const [, holder = "", key = ""] = /^(.*)\['(.*)'\]$/.exec(fieldPath) ?? [];
  if (holder !== "") {
    checkKeyed(at, fieldPath, holder, key, problems);
    return;
  }
  if (!CONVERTIBLE.has(fieldPath)) {
    problems.invalid(
      `${at}.fieldPath`,
      fieldPath,
      `error converting fieldPath: field label not supported: ${fieldPath}`,
    );
  } else if (!allowed.includes(fieldPath)) problems.unsupported(`${at}.fieldPath`, fieldPath, allowed);
}

/** One label or annotation of the pod. */
function checkKeyed(at: string, fieldPath: string, holder: string, key: string, problems: Problems): void {
  if (holder === "metadata.annotations") problems.texts(at, key, qualifiedName(key.toLowerCase()));
  else if (holder === "metadata.labels") problems.texts(at, key, qualifiedName(key));
  else
    problems.invalid(
      `${at}.fieldPath`,
      fieldPath,
      `error converting fieldPath: field label does not support subscript: ${fieldPath}`,
    );
}

interface ResourceReference {
  readonly containerName?: string;
  readonly resource: string;
  readonly divisor?: string | number;
}

const SIZES = [
  "1",
  ...["k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].map((unit) => `1${unit}`),
];
const DIVISORS = {
  cpu: { allowed: ["1m", "1"], why: "only divisor's values 1m and 1 are supported with the cpu resource" },
  memory: {
    allowed: SIZES,
    why: `only divisor's values ${SIZES.join(", ")} are supported with the memory resource`,
  },
  "ephemeral-storage": {
    allowed: SIZES,
    why: `only divisor's values ${SIZES.join(", ")} are supported with the local ephemeral storage resource`,
  },
  hugepages: {
    allowed: SIZES,
    why: `only divisor's values ${SIZES.join(", ")} are supported with the hugepages resource`,
  },
} as const;

function checkDivisor(at: string, resource: string, divisor: string | number, problems: Problems): void {
  const kind = /^(?:limits|requests)\.(.*?)(?:-[0-9].*)?$/.exec(resource)?.[1] ?? "";
  const rule = DIVISORS[kind as keyof typeof DIVISORS] as
    | { allowed: readonly string[]; why: string }
    | undefined;
  const shown = canonicalQuantity(divisor);
  // Nothing said is nothing wrong.
  if (rule === undefined || shown === "0" || rule.allowed.includes(shown)) return;
  problems.invalid(`${at}.divisor`, resource, rule.why);
}

export function checkResourceReference(
  at: string,
  { containerName, resource, divisor }: ResourceReference,
  inVolume: boolean,
  problems: Problems,
): void {
  if (inVolume && !containerName) problems.required(`${at}.containerName`);
  else if (!resource) problems.required(`${at}.resource`);
  else if (!RESOURCES.includes(resource) && !/^(?:limits|requests)\.hugepages-/.test(resource)) {
    problems.unsupported(`${at}.resource`, resource, RESOURCES);
  }
  if (divisor !== undefined) checkDivisor(at, resource, divisor, problems);
}
