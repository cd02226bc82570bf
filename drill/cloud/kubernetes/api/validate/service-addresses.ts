import { isIP } from "node:net";
import type { Service, ServiceSpec } from "../types/network";
import { ipv4 } from "../values/addresses";
import type { Problems } from "./problems";

const FAMILIES = ["IPv4", "IPv6"];
const POLICIES = ["PreferDualStack", "RequireDualStack", "SingleStack"];
const NODE_PORTS = { least: 30_000, most: 32_767 };
const CLUSTER_RANGE = "10.0.0.0/24";
const MOST_ADDRESSES = 2;
export const NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

/**
 * What the server finds when it allocates a Service's addresses and node ports. It does so before it looks at the
 * rest: of a Service that is wrong here, nothing else is said.
 */
export function checkAllocation(
  { spec }: Service,
  live: Service | undefined,
  others: readonly Service[],
  problems: Problems,
): void {
  if (spec.type === "ExternalName") return;
  checkFamilies(spec, problems);
  checkAddresses(spec, problems);
  if (problems.causes.length > 0) return;
  if (live === undefined) checkFree(spec, others, problems);
  if (spec.type === "NodePort" || spec.type === "LoadBalancer") checkNodePorts(spec, others, problems);
}

function checkFamilies(spec: ServiceSpec, problems: Problems): void {
  const seen = new Set<string>();
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    const at = `spec.ipFamilies[${index}]`;
    if (!FAMILIES.includes(family)) problems.unsupported(at, family, FAMILIES);
    else if (family === "IPv6" && spec.clusterIP !== "None")
      problems.invalid(at, family, "not configured on this cluster");
    if (seen.has(family)) problems.duplicate(at, family);
    seen.add(family);
  }
  const { ipFamilyPolicy: policy } = spec;
  if (policy === undefined) return;
  if (!POLICIES.includes(policy)) problems.unsupported("spec.ipFamilyPolicy", policy, POLICIES);
  else if (policy === "RequireDualStack" && spec.clusterIP !== "None")
    problems.invalid("spec.ipFamilyPolicy", policy, "this cluster is not configured for dual-stack services");
}

function checkAddresses({ clusterIP, clusterIPs = [] }: ServiceSpec, problems: Problems): void {
  const at = "spec.clusterIPs";
  if (clusterIP && clusterIPs[0] !== clusterIP)
    problems.invalid(at, clusterIPs, "first value must match `clusterIP`");
  if (!clusterIP && clusterIPs.length > 0)
    problems.invalid(at, clusterIPs, "must be empty when `clusterIP` is not specified");
  const many = clusterIPs.length > 1;
  if (clusterIPs[0] === "None" && many)
    problems.invalid(at, clusterIPs, "'None' must be the first and only value");
  for (const [index, address] of clusterIPs.entries())
    if (!(index === 0 && address === "None") && isIP(address) === 0)
      problems.invalid(`${at}[${index}]`, address, NOT_AN_ADDRESS);
  if (clusterIPs.length > MOST_ADDRESSES) problems.invalid(at, clusterIPs, "may only hold up to 2 values");
  if (problems.causes.length > 0 || !many) return;
  if (new Set(clusterIPs.map((address) => isIP(address))).size < clusterIPs.length)
    problems.invalid(at, clusterIPs, "may specify no more than one IP for each IP family");
}

function checkFree(
  { clusterIP, clusterIPs = [] }: ServiceSpec,
  others: readonly Service[],
  problems: Problems,
): void {
  if (clusterIP === undefined || clusterIP === "None") return;
  const why = (text: string): string => `failed to allocate IP ${clusterIP}: ${text}`;
  // Beyond the range lie the addresses the server gives out when it is full.
  const own = Math.floor((ipv4(clusterIP) ?? 0) / 65_536) === Math.floor((ipv4("10.0.0.0") ?? 0) / 65_536);
  if (!own) {
    const text = `the provided IP (${clusterIP}) is not in the valid range. The range of valid IPs is ${CLUSTER_RANGE}`;
    problems.invalid("spec.clusterIPs", clusterIPs, why(text));
  } else if (others.some((other) => other.spec.clusterIP === clusterIP)) {
    problems.invalid("spec.clusterIPs", clusterIPs, why("provided IP is already allocated"));
  }
}

/** Ports of one number share a port of the node, whatever their protocols; the first that is wrong ends the search. */
function checkNodePorts({ ports = [] }: ServiceSpec, others: readonly Service[], problems: Problems): void {
  const taken = new Set(
    others.flatMap(({ spec }) => (spec.ports ?? []).flatMap(({ nodePort }) => nodePort ?? [])),
  );
  const shared = new Map<number, number>();
  const { least, most } = NODE_PORTS;
  for (const [index, { port, nodePort }] of ports.entries()) {
    if (!nodePort || shared.get(port) === nodePort) continue;
    const at = `spec.ports[${index}].nodePort`;
    if (nodePort < least || nodePort > most) {
      const why = `provided port is not in the valid range. The range of valid ports is ${least}-${most}`;
      problems.invalid(at, nodePort, why);
      return;
    }
    if (taken.has(nodePort)) {
      problems.invalid(at, nodePort, "provided port is already allocated");
      return;
    }
    taken.add(nodePort);
    shared.set(port, nodePort);
  }
}
