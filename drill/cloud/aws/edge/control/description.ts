import type { Target } from "../../../ports";
import { isValues } from "../../../provider/values";
import type { Resource } from "../../kind";
import { type Resources, text } from "../../resources";
import type { GroupSettings, ListenerSettings } from "../data-plane/configuration";
import { firewallOf } from "./firewall";
import { ruleOf } from "./rules";

/** What the account's resources say the edge shall look like. Pure: the edge is made to follow it. */
export interface EdgeDescription {
  readonly balancers: readonly BalancerDescription[];
  readonly groups: readonly GroupSettings[];
  /** Targets registered as resources of their own, by group. */
  readonly attachments: ReadonlyMap<string, readonly Target[]>;
}

export interface BalancerDescription {
  readonly arn: string;
  readonly name: string;
  readonly dnsName: string;
  readonly listeners: readonly ListenerSettings[];
  /** Host names that lead here. */
  readonly hosts: readonly string[];
}

/** The modules of @pulumi/aws that hold the same resources under several names. */
export const MODULES = ["lb", "alb"] as const;
export const tokens = (name: string): string[] =>
  MODULES.map((module) => `aws:${module}/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`);

export function describe(resources: Resources): EdgeDescription {
  const listeners = resources.all(...tokens("Listener"));
  const rules = resources.all(...tokens("ListenerRule"));
  const records = resources.all("aws:route53/record:Record");
  return {
    balancers: resources.all(...tokens("LoadBalancer")).map((balancer) => {
      const own = listeners.filter((one) => text(one.inputs, "loadBalancerArn") === balancer.id);
      const firewall = firewallOf(resources, balancer.id);
      const settings = own.map((listener) => ({ ...listenerOf(listener, rules, balancer), firewall }));
      const dnsName = text(balancer.outputs, "dnsName") || text(balancer.inputs, "dnsName");
      const named = settings.flatMap((one) => one.rules.flatMap(({ hosts }) => hosts));
      const aliases = records
        .filter((record) => pointsTo(record, dnsName))
        .map((record) => text(record.outputs, "fqdn") || text(record.inputs, "name"));
      const certified = own.flatMap((listener) => certificateNames(resources, listener));
      const hosts = [dnsName, ...named, ...aliases, ...certified].map((host) =>
        host.toLowerCase().replace(/\.$/, ""),
      );
      return {
        arn: balancer.id,
        name: text(balancer.inputs, "name"),
        dnsName,
        listeners: settings,
        hosts: [...new Set(hosts)].filter((host) => host !== "" && !host.includes("*")),
      };
    }),
    groups: resources.all(...tokens("TargetGroup")).map(groupOf),
    attachments: attachmentsOf(resources),
  };
}

function listenerOf(
  listener: Resource,
  rules: readonly Resource[],
  balancer: Resource,
): Omit<ListenerSettings, "firewall"> {
  const own = rules
    .filter((rule) => text(rule.inputs, "listenerArn") === listener.id)
    .map((rule) =>
      ruleOf(
        rule.id,
        Number(rule.outputs.priority ?? rule.inputs.priority),
        rule.inputs.conditions,
        rule.inputs.actions,
      ),
    )
    .sort((a, b) => a.priority - b.priority);
  return {
    arn: listener.id,
    port: Number(listener.inputs.port ?? 80),
    protocol: text(listener.inputs, "protocol") === "HTTPS" ? "HTTPS" : "HTTP",
    rules: [...own, ruleOf(listener.id, Number.POSITIVE_INFINITY, undefined, listener.inputs.defaultActions)],
    idleSeconds: Number(balancer.inputs.idleTimeout ?? 60),
  };
}

function groupOf({ id, inputs }: Resource): GroupSettings {
  const check = isValues(inputs.healthCheck) ? inputs.healthCheck : {};
  const port = text(check, "port");
  const algorithm = text(inputs, "loadBalancingAlgorithmType");
  return {
    arn: id,
    name: text(inputs, "name"),
    healthCheck: {
      enabled: check.enabled !== false,
      path: text(check, "path") || "/",
      port: /^\d+$/.test(port) ? Number(port) : undefined,
      matcher: text(check, "matcher") || "200",
      intervalSeconds: Number(check.interval ?? 30),
      timeoutSeconds: Number(check.timeout ?? 5),
      healthyThreshold: Number(check.healthyThreshold ?? 3),
      unhealthyThreshold: Number(check.unhealthyThreshold ?? 3),
    },
    slowStartSeconds: Number(inputs.slowStart ?? 0),
    deregistrationSeconds: Number(inputs.deregistrationDelay ?? 300),
    algorithm:
      algorithm === "least_outstanding_requests" || algorithm === "weighted_random"
        ? algorithm
        : "round_robin",
  };
}

function attachmentsOf(resources: Resources): Map<string, Target[]> {
  const found = new Map<string, Target[]>();
  for (const { inputs } of resources.all(...tokens("TargetGroupAttachment"))) {
    const arn = text(inputs, "targetGroupArn");
    const group = resources.all(...tokens("TargetGroup")).find(({ id }) => id === arn);
    const port = Number(inputs.port ?? group?.inputs.port ?? 80);
    const host = text(inputs, "targetId");
    found.set(arn, [...(found.get(arn) ?? []), { id: `${host}:${port}`, host, port }]);
  }
  return found;
}

function pointsTo({ inputs }: Resource, dnsName: string): boolean {
  const names = [
    ...(Array.isArray(inputs.aliases)
      ? inputs.aliases.filter(isValues).map((alias) => text(alias, "name"))
      : []),
    ...(Array.isArray(inputs.records) ? inputs.records.map(String) : []),
  ];
  return names.some(
    (name) =>
      name
        .replace(/^dualstack\./, "")
        .replace(/\.$/, "")
        .toLowerCase() === dnsName.toLowerCase(),
  );
}

function certificateNames(resources: Resources, listener: Resource): string[] {
  const arn = text(listener.inputs, "certificateArn");
  const certificate = resources.find("aws:acm/certificate:Certificate", ({ id }) => id === arn);
  if (certificate === undefined) return [];
  const others = certificate.inputs.subjectAlternativeNames;
  return [text(certificate.inputs, "domainName"), ...(Array.isArray(others) ? others.map(String) : [])];
}
