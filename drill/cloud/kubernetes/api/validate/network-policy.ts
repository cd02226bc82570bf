import type { KubernetesObject, LabelSelector } from "../types/meta";
import type { IntOrString } from "../types/pod";
import { parseCidr, strictlyWithin } from "../values/addresses";
import { portName, portNumber } from "./formats";
import { checkSelector } from "./metadata";
import type { Problems } from "./problems";

interface Peer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: { cidr?: string; except?: string[] };
}

interface PolicyPort {
  protocol?: string;
  port?: IntOrString;
  endPort?: number;
}

interface Rule {
  ports?: PolicyPort[];
  from?: Peer[];
  to?: Peer[];
}

export interface NetworkPolicy extends KubernetesObject {
  spec: { podSelector?: LabelSelector; policyTypes?: string[]; ingress?: Rule[]; egress?: Rule[] };
}

const NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

export function checkNetworkPolicy({ spec }: NetworkPolicy, problems: Problems): void {
  if (spec === undefined) return;
  checkSelector(spec.podSelector, "spec.podSelector", problems);
  for (const [index, rule] of (spec.ingress ?? []).entries()) {
    checkRule(`spec.ingress[${index}]`, rule.ports ?? [], "from", rule.from ?? [], problems);
  }
  for (const [index, rule] of (spec.egress ?? []).entries()) {
    checkRule(`spec.egress[${index}]`, rule.ports ?? [], "to", rule.to ?? [], problems);
  }
  const types = spec.policyTypes ?? [];
  if (types.length > 2) {
    problems.invalid("spec.policyTypes", types, "may not specify more than two policyTypes");
    return;
  }
  for (const [index, type] of types.entries()) {
    if (!["Ingress", "Egress"].includes(type))
      problems.unsupported(`spec.policyTypes[${index}]`, type, ["Ingress", "Egress"]);
  }
}

function checkRule(
  at: string,
  ports: readonly PolicyPort[],
  side: string,
  peers: readonly Peer[],
  problems: Problems,
): void {
  for (const [index, port] of ports.entries()) checkPolicyPort(`${at}.ports[${index}]`, port, problems);
  for (const [index, peer] of peers.entries()) checkPeer(`${at}.${side}[${index}]`, peer, problems);
}

function checkPolicyPort(at: string, { protocol, port, endPort }: PolicyPort, problems: Problems): void {
  problems.oneOfIfGiven(`${at}.protocol`, protocol, ["TCP", "UDP", "SCTP"]);
  if (typeof port === "number") {
    for (const message of portNumber(port)) problems.invalid(`${at}.port`, port, message);
    if (endPort === undefined) return;
    if (endPort < port) problems.invalid(`${at}.endPort`, port, "must be greater than or equal to `port`");
    for (const message of portNumber(endPort)) problems.invalid(`${at}.endPort`, endPort, message);
    return;
  }
  if (typeof port === "string") {
    if (endPort !== undefined)
      problems.invalid(`${at}.endPort`, endPort, "may not be specified when `port` is non-numeric");
    problems.texts(`${at}.port`, port, portName(port));
  } else if (endPort !== undefined) {
    problems.invalid(`${at}.endPort`, endPort, "may not be specified when `port` is not specified");
  }
}

function checkPeer(at: string, { podSelector, namespaceSelector, ipBlock }: Peer, problems: Problems): void {
  checkSelector(podSelector, `${at}.podSelector`, problems);
  checkSelector(namespaceSelector, `${at}.namespaceSelector`, problems);
  const selectors = [podSelector, namespaceSelector].filter((each) => each !== undefined).length;
  if (selectors === 0 && ipBlock === undefined) problems.required(at, "must specify a peer");
  else if (selectors > 0 && ipBlock !== undefined)
    problems.forbidden(at, "may not specify both ipBlock and another peer");
  if (ipBlock === undefined) return;
  const { cidr, except = [] } = ipBlock;
  const here = `${at}.ipBlock`;
  if (!cidr) {
    problems.required(`${here}.cidr`);
    return;
  }
  const outer = parseCidr(cidr);
  if (outer === undefined) {
    problems.invalid(`${here}.cidr`, cidr, NOT_A_CIDR);
    return;
  }
  for (const [index, text] of except.entries()) {
    const inner = parseCidr(text);
    if (inner === undefined) problems.invalid(`${here}.except[${index}]`, text, NOT_A_CIDR);
    else if (!strictlyWithin(inner, outer))
      problems.invalid(`${here}.except[${index}]`, text, "must be a strict subset of `cidr`");
  }
}
