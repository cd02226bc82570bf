import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Module } from "../../releases/manifest";
import { type After, token } from "../frame/component";
import { labelsOf } from "../frame/pod";
import { outside, POD_IDENTITY_AGENT } from "../network/peers";
import { moduleName, selectorOf } from "./names";

type Rule = kubernetes.types.input.networking.v1.NetworkPolicyIngressRule;
type EgressRule = kubernetes.types.input.networking.v1.NetworkPolicyEgressRule;

/** A partner outside the cluster that a module may reach. */
export interface Connection {
  readonly port: number;
  /** Empty: any public address. */
  readonly cidrs: readonly string[];
}

export interface NetworkPoliciesArgs {
  readonly namespace: string;
  readonly version: string;
  readonly modules: readonly Module[];
  readonly connections: Readonly<Record<string, Connection>>;
  /** Blocks of the VPC: load balancer and database are in them. */
  readonly privateCidrs: readonly string[];
  readonly databasePort: number;
  readonly after: After;
}

/** Who may call whom, from the manifest: a module reaches what it declares and nothing else. */
export class NetworkPolicies extends pulumi.ComponentResource {
  static readonly __pulumiType = token("NetworkPolicies");

  constructor(name: string, args: NetworkPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(NetworkPolicies.__pulumiType, name, { version: args.version }, opts);
    for (const module of args.modules) {
      const policy = moduleName(module.name, args.version);
      new kubernetes.networking.v1.NetworkPolicy(
        policy,
        {
          metadata: { name: policy, namespace: args.namespace, labels: labelsOf(module.name, args.version) },
          spec: {
            podSelector: { matchLabels: selectorOf(module.name, args.version) },
            policyTypes: ["Ingress", "Egress"],
            ingress: ingressOf(module, args),
            egress: egressOf(module, args),
          },
        },
        { parent: this, dependsOn: args.after },
      );
    }
    this.registerOutputs({});
  }
}

function ingressOf(module: Module, args: NetworkPoliciesArgs): Rule[] {
  const port = [{ port: module.port, protocol: "TCP" }];
  const callers = args.modules.filter(({ calls }) => calls.includes(module.name));
  return [
    ...(callers.length === 0
      ? []
      : [
          {
            from: callers.map(({ name }) => ({
              podSelector: { matchLabels: selectorOf(name, args.version) },
            })),
            ports: port,
          },
        ]),
    // Jobs prove a release from inside.
    { from: [{ podSelector: { matchLabels: { "order-upgrade.dev/role": "job" } } }], ports: port },
    {
      from: [{ namespaceSelector: { matchLabels: { "order-upgrade.dev/scrapes": "metrics" } } }],
      ports: port,
    },
    // Load balancer and probes come from addresses of the VPC.
    { from: args.privateCidrs.map((cidr) => ({ ipBlock: { cidr } })), ports: port },
  ];
}

function egressOf(module: Module, args: NetworkPoliciesArgs): EgressRule[] {
  const called = args.modules.filter(({ name }) => module.calls.includes(name));
  return [
    ...called.map((other) => ({
      to: [{ podSelector: { matchLabels: selectorOf(other.name, args.version) } }],
      ports: [{ port: other.port, protocol: "TCP" }],
    })),
    ...(module.database
      ? [
          {
            to: args.privateCidrs.map((cidr) => ({ ipBlock: { cidr } })),
            ports: [{ port: args.databasePort, protocol: "TCP" }],
          },
        ]
      : []),
    ...module.reaches.flatMap((one) => {
      const connection = args.connections[one];
      return connection === undefined ? [] : [outside(connection.cidrs, connection.port)];
    }),
    POD_IDENTITY_AGENT,
  ];
}
