import { isIP } from "node:net";
import type { Service, ServicePort, ServiceSpec } from "../types/network";
import { parseCidr, specialAddress } from "../values/addresses";
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from "./formats";
import { checkPort } from "./handlers";
import { checkLabels } from "./metadata";
import type { Problems } from "./problems";
import { checkAllocation, NOT_AN_ADDRESS } from "./service-addresses";

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const BALANCED_ONLY = "may only be used when `type` is 'LoadBalancer'";
const NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
const MOST_SECONDS = 86_400;

export function checkService(
  service: Service,
  live: Service | undefined,
  others: readonly Service[],
  problems: Problems,
): void {
  const { spec } = service;
  if (spec === undefined) return;
  const before = problems.causes.length;
  checkAllocation(service, live, others, problems);
  if (problems.causes.length > before) return;
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
  checkPorts(spec, problems);
  checkSession(spec, problems);
  checkTraffic(spec, problems);
  checkBalancer(spec, live?.spec, problems);
  for (const [index, address] of (spec.externalIPs ?? []).entries()) {
    const at = `spec.externalIPs[${index}]`;
    if (isIP(address) === 0) problems.invalid(at, address, NOT_AN_ADDRESS);
    else for (const why of specialAddress(address)) problems.invalid(at, address, why);
  }
  if (live !== undefined && !external) checkUnchanged(spec, live.spec, problems);
}

function checkExternalName(spec: ServiceSpec, problems: Problems): void {
  // The full form of a name may end with a dot.
  const name = (spec.externalName ?? "").replace(/\.$/, "");
  if (name === "") problems.required("spec.externalName");
  else problems.texts("spec.externalName", name, dnsSubdomain(name));
  const refuse = (field: string): void =>
    problems.forbidden(`spec.${field}`, "may not be set for ExternalName services");
  if (spec.clusterIP) refuse("clusterIPs");
  if ((spec.ipFamilies ?? []).length > 0) refuse("ipFamilies");
  if (spec.ipFamilyPolicy !== undefined) refuse("ipFamilyPolicy");
}

function checkPorts(spec: ServiceSpec, problems: Problems): void {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  const numbers = new Set<string>();
  const nodePorts = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    const { name, protocol, nodePort } = port;
    if (!name) {
      if (ports.length > 1) problems.required(`${at}.name`);
    } else {
      problems.texts(`${at}.name`, name, dnsLabel(name));
      if (names.has(name)) problems.duplicate(`${at}.name`, name);
      names.add(name);
    }
    for (const message of portNumber(port.port ?? 0)) problems.invalid(`${at}.port`, port.port ?? 0, message);
    problems.oneOf(`${at}.protocol`, protocol, ["SCTP", "TCP", "UDP"]);
    checkPort(`${at}.targetPort`, port.targetPort, problems);
    if (port.appProtocol !== undefined)
      problems.texts(`${at}.appProtocol`, port.appProtocol, qualifiedName(port.appProtocol));
    const key = `${protocol}/${port.port}`;
    if (numbers.has(key)) problems.duplicate(at, dumped(port));
    numbers.add(key);
    if (!nodePort) continue;
    if (spec.type === "ClusterIP")
      problems.forbidden(`${at}.nodePort`, "may not be used when `type` is 'ClusterIP'");
    const twin = `${protocol}/${nodePort}`;
    if (nodePorts.has(twin)) problems.duplicate(`${at}.nodePort`, nodePort);
    nodePorts.add(twin);
  }
}

/** What the server shows of two equal ports: what they have in common. */
function dumped({ protocol, port }: ServicePort): object {
  return { Name: "", Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
}

function checkSession(spec: ServiceSpec, problems: Problems): void {
  problems.oneOf("spec.sessionAffinity", spec.sessionAffinity, ["ClientIP", "None"]);
  const timeout = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (
    spec.sessionAffinity === "ClientIP" &&
    timeout !== undefined &&
    (timeout <= 0 || timeout > MOST_SECONDS)
  ) {
    const at = "spec.sessionAffinityConfig.clientIP.timeoutSeconds";
    problems.invalid(at, timeout, `must be greater than 0 and less than ${MOST_SECONDS}`);
  }
}

function checkTraffic(spec: ServiceSpec, problems: Problems): void {
  const policies = ["Cluster", "Local"];
  problems.oneOfIfGiven("spec.internalTrafficPolicy", spec.internalTrafficPolicy, policies);
  const { externalTrafficPolicy: policy, externalIPs = [], type } = spec;
  const outside =
    type === "NodePort" || type === "LoadBalancer" || (type === "ClusterIP" && externalIPs.length > 0);
  if (outside) problems.oneOf("spec.externalTrafficPolicy", policy, policies);
  else if (policy !== undefined)
    problems.invalid(
      "spec.externalTrafficPolicy",
      policy,
      "may only be set for externally-accessible services",
    );
  const watched = type === "LoadBalancer" && policy === "Local";
  const { healthCheckNodePort: health } = spec;
  if (health && !watched)
    problems.invalid(
      "spec.healthCheckNodePort",
      health,
      "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    );
  problems.oneOfIfGiven("spec.trafficDistribution", spec.trafficDistribution, [
    "PreferClose",
    "PreferSameNode",
    "PreferSameZone",
  ]);
}

/** What only load balancers have. The server spells one of the fields in upper case. */
function checkBalancer(spec: ServiceSpec, live: ServiceSpec | undefined, problems: Problems): void {
  const balanced = spec.type === "LoadBalancer";
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const refuse = (field: string): void => problems.forbidden(`spec.${field}`, BALANCED_ONLY);
  if (!balanced && ranges.length > 0) refuse("LoadBalancerSourceRanges");
  for (const [index, range] of ranges.entries())
    if (parseCidr(range.trim()) === undefined)
      problems.invalid(`spec.LoadBalancerSourceRanges[${index}]`, range.trim(), NOT_A_CIDR);
  if (!balanced && spec.allocateLoadBalancerNodePorts !== undefined) refuse("allocateLoadBalancerNodePorts");
  const { loadBalancerClass: name } = spec;
  if (balanced && live?.type === "LoadBalancer" && live.loadBalancerClass !== name)
    problems.invalid("spec.loadBalancerClass", name, "may not change once set");
  if (name === undefined) return;
  if (balanced) problems.texts("spec.loadBalancerClass", name, qualifiedName(name));
  else refuse("loadBalancerClass");
}

/** A Service keeps its address, and the port at which its health is asked for. */
function checkUnchanged(spec: ServiceSpec, live: ServiceSpec, problems: Problems): void {
  const { clusterIP, clusterIPs = [] } = spec;
  if (live.type !== "ExternalName" && live.clusterIP !== undefined && live.clusterIP !== clusterIP)
    problems.invalid("spec.clusterIPs[0]", clusterIPs, "may not change once set");
  const watched = [spec, live].every(
    (each) => each.type === "LoadBalancer" && each.externalTrafficPolicy === "Local",
  );
  if (watched && spec.healthCheckNodePort !== live.healthCheckNodePort)
    problems.forbidden("spec.healthCheckNodePort", "field is immutable");
}
