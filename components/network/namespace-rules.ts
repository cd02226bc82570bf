import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type After, token } from "../frame/component";
import { NAME_SERVICE, outside, POD_IDENTITY_AGENT } from "./peers";

export interface NamespaceRulesArgs {
  readonly namespace: string;
  readonly privateCidrs: readonly string[];
  readonly databasePort: number;
  /** Ports on which modules listen; Jobs prove a release from inside. */
  readonly modulePorts: readonly number[];
  readonly after: After;
}

/** What holds for every Pod of the namespace: nothing is allowed but asking for names, and what Jobs need. */
export class NamespaceRules extends pulumi.ComponentResource {
  static readonly __pulumiType = token("NamespaceRules");

  constructor(name: string, args: NamespaceRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(NamespaceRules.__pulumiType, name, { namespace: args.namespace }, opts);
    const policy = (policyName: string, spec: kubernetes.types.input.networking.v1.NetworkPolicySpec) =>
      new kubernetes.networking.v1.NetworkPolicy(
        `${name}-${policyName}`,
        { metadata: { name: policyName, namespace: args.namespace }, spec },
        { parent: this, dependsOn: args.after },
      );
    policy("default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    policy("name-service", { podSelector: {}, policyTypes: ["Egress"], egress: [NAME_SERVICE] });
    policy("jobs", {
      podSelector: { matchLabels: { "order-upgrade.dev/role": "job" } },
      policyTypes: ["Ingress", "Egress"],
      egress: [
        {
          to: args.privateCidrs.map((cidr) => ({ ipBlock: { cidr } })),
          ports: [{ port: args.databasePort, protocol: "TCP" }],
        },
        {
          to: [{ podSelector: { matchLabels: { "app.kubernetes.io/part-of": "order-system" } } }],
          ports: [...new Set(args.modulePorts)]
            .sort((a, b) => a - b)
            .map((port) => ({ port, protocol: "TCP" })),
        },
        // Evidence, archives and the public address.
        outside([], 443),
        POD_IDENTITY_AGENT,
      ],
    });
    this.registerOutputs({});
  }
}
