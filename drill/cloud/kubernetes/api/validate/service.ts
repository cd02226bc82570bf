import { isIP } from "node:net";
import type { Service, ServicePort, ServiceSpec } from "../types/network";
import { ipv4, parseCidr, specialAddress } from "../values/addresses";
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from "./formats";
import { checkPort } from "./handlers";
import { checkLabels } from "./metadata";
import type { Problems } from "./problems";

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const NODE_PORTS = { least: 30_000, most: 32_767 };
const CLUSTER_RANGE = "10.0.0.0/24";

export function checkService(
  { spec }: Service,
  live: Service | undefined,
  others: readonly Service[],
  problems: Problems,
): void {
  if (spec === undefined) return;
  const headless = spec.clusterIP === "None";
  const external = spec.type === "ExternalName";
  problems.oneOf("spec.type", spec.type, TYPES);
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !headless && !external) problems.required("spec.ports");
  if (headless && (spec.type === "LoadBalancer" || spec.type === "NodePort")) {
    problems.invalid("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${spec.type} services`);
  }
  if (external) checkExternalName(spec, problems);
  checkLabels(spec.selector, "spec.selector", problems);
  checkPorts(spec, others, problems);
  checkAffinity(spec, problems);
  checkTraffic(spec, problems);
  if (!external) checkAddress(spec, live, others, problems);
}

function checkExternalName(spec: ServiceSpec, problems: Problems): void {
  if (!spec.externalName) problems.required("spec.externalName");
  else
    problems.texts(
      "spec.externalName",
      spec.externalName,
      dnsSubdomain(spec.externalName.replace(/\.$/, "").toLowerCase()),
    );
  if (spec.clusterIP) problems.forbidden("spec.clusterIPs", "may not be set for ExternalName services");
}

function checkPorts(spec: ServiceSpec, others: readonly Service[], problems: Problems): void {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  const numbers = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    if (!port.name) {
      if (ports.length > 1) problems.required(`${at}.name`);
    } else {
      problems.texts(`${at}.name`, port.name, dnsLabel(port.name));
      if (names.has(port.name)) problems.duplicate(`${at}.name`, port.name);
      names.add(port.name);
    }
    for (const message of portNumber(port.port ?? 0)) problems.invalid(`${at}.port`, port.port ?? 0, message);
    problems.oneOf(`${at}.protocol`, port.protocol, ["SCTP", "TCP", "UDP"]);
    checkPort(`${at}.targetPort`, port.targetPort, problems);
    if (port.appProtocol)
      problems.texts(`${at}.appProtocol`, port.appProtocol, qualifiedName(port.appProtocol));
    const key = `${port.protocol}/${port.port}`;
    if (numbers.has(key)) problems.duplicate(at, dumped(port));
    numbers.add(key);
    checkNodePort(`${at}.nodePort`, spec, port, others, problems);
  }
}

function checkNodePort(
  at: string,
  spec: ServiceSpec,
  { nodePort, protocol }: ServicePort,
  others: readonly Service[],
  problems: Problems,
): void {
  if (!nodePort) return;
  if (spec.type === "ClusterIP" || spec.type === "ExternalName") {
    problems.forbidden(at, `may not be used when \`type\` is '${spec.type}'`);
    return;
  }
  const { least, most } = NODE_PORTS;
  if (nodePort < least || nodePort > most) {
    problems.invalid(
      at,
      nodePort,
      `provided port is not in the valid range. The range of valid ports is ${least}-${most}`,
    );
  } else if (
    others.some((other) =>
      (other.spec.ports ?? []).some((each) => each.nodePort === nodePort && each.protocol === protocol),
    )
  ) {
    problems.invalid(at, nodePort, "provided port is already allocated");
  }
}

function checkAffinity(spec: ServiceSpec, problems: Problems): void {
  problems.oneOf("spec.sessionAffinity", spec.sessionAffinity, ["ClientIP", "None"]);
  const timeout = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (spec.sessionAffinity === "ClientIP" && timeout !== undefined && (timeout <= 0 || timeout > 86_400)) {
    const at = "spec.sessionAffinityConfig.clientIP.timeoutSeconds";
    problems.invalid(at, timeout, "must be greater than 0 and less than 86400");
  }
}

function checkTraffic(spec: ServiceSpec, problems: Problems): void {
  const policies = ["Cluster", "Local"];
  problems.oneOfIfGiven("spec.internalTrafficPolicy", spec.internalTrafficPolicy, policies);
  const { externalTrafficPolicy: policy, externalIPs = [] } = spec;
  if (policy !== undefined) {
    const outside = spec.type === "NodePort" || spec.type === "LoadBalancer" || externalIPs.length > 0;
    if (!outside)
      problems.invalid(
        "spec.externalTrafficPolicy",
        policy,
        "may only be set for externally-accessible services",
      );
    else problems.oneOf("spec.externalTrafficPolicy", policy, policies);
  }
  const watched = spec.type === "LoadBalancer" && policy === "Local";
  if (spec.healthCheckNodePort && !watched)
    problems.invalid(
      "spec.healthCheckNodePort",
      spec.healthCheckNodePort,
      "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    );
  problems.oneOfIfGiven("spec.trafficDistribution", spec.trafficDistribution, [
    "PreferClose",
    "PreferSameNode",
    "PreferSameZone",
  ]);
  problems.oneOfIfGiven("spec.ipFamilyPolicy", spec.ipFamilyPolicy, [
    "SingleStack",
    "PreferDualStack",
    "RequireDualStack",
  ]);
  for (const [index, family] of (spec.ipFamilies ?? []).entries())
    problems.oneOf(`spec.ipFamilies[${index}]`, family, ["IPv4", "IPv6"]);
  if (spec.type !== "LoadBalancer") {
    for (const name of [
      "loadBalancerSourceRanges",
      "allocateLoadBalancerNodePorts",
      "loadBalancerClass",
    ] as const) {
      if (spec[name] !== undefined)
        problems.forbidden(`spec.${name}`, "may only be used when `type` is 'LoadBalancer'");
    }
  }
  for (const [index, range] of (spec.loadBalancerSourceRanges ?? []).entries()) {
    if (parseCidr(range.trim()) === undefined) {
      problems.invalid(
        `spec.loadBalancerSourceRanges[${index}]`,
        range,
        "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
      );
    }
  }
  for (const [index, address] of externalIPs.entries()) {
    const at = `spec.externalIPs[${index}]`;
    if (isIP(address) === 0) problems.invalid(at, address, NOT_AN_ADDRESS);
    else for (const why of specialAddress(address)) problems.invalid(at, address, why);
  }
}

const NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

function checkAddress(
  spec: ServiceSpec,
  live: Service | undefined,
  others: readonly Service[],
  problems: Problems,
): void {
  const { clusterIP, clusterIPs = [] } = spec;
  if (
    live?.spec.clusterIP !== undefined &&
    live.spec.clusterIP !== clusterIP &&
    live.spec.type !== "ExternalName"
  ) {
    problems.invalid("spec.clusterIPs[0]", clusterIPs, "may not change once set");
    return;
  }
  if (clusterIP === undefined || clusterIP === "None") return;
  if (isIP(clusterIP) === 0) {
    problems.invalid("spec.clusterIPs[0]", clusterIP, NOT_AN_ADDRESS);
    return;
  }
  if (live !== undefined) return;
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

function dumped({
  name = "",
  protocol,
  appProtocol = null,
  port,
  targetPort = 0,
  nodePort = 0,
}: Omit<ServicePort, "appProtocol"> & { appProtocol?: string | null }): object {
  return {
    Name: name,
    Protocol: protocol,
    AppProtocol: appProtocol,
    Port: port,
    TargetPort: targetPort,
    NodePort: nodePort,
  };
}
