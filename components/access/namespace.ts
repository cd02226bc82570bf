import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { token } from "../frame/component";

export interface NamespaceArgs {
  readonly namespace: string;
  /** Version of the Pod security standard, such as `v1.33`. */
  readonly podSecurityVersion: string;
  readonly quota: { readonly cpu: string; readonly memory: string; readonly pods: number };
}

/** The order system's own corner of the cluster: restricted Pods only, with an upper limit on what they take. */
export class Namespace extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Namespace");
  readonly resource: kubernetes.core.v1.Namespace;

  constructor(name: string, args: NamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Namespace.__pulumiType, name, { namespace: args.namespace }, opts);
    this.resource = new kubernetes.core.v1.Namespace(
      name,
      {
        metadata: {
          name: args.namespace,
          labels: {
            ...Object.fromEntries(
              ["enforce", "warn", "audit"].flatMap((mode) => [
                [`pod-security.kubernetes.io/${mode}`, "restricted"],
                [`pod-security.kubernetes.io/${mode}-version`, args.podSecurityVersion],
              ]),
            ),
            // A Pod is ready only when the load balancer says so, too.
            "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
          },
        },
      },
      { parent: this, protect: true },
    );
    new kubernetes.core.v1.ResourceQuota(
      name,
      {
        metadata: { name: "upper-limit", namespace: args.namespace },
        spec: {
          hard: {
            "requests.cpu": args.quota.cpu,
            "requests.memory": args.quota.memory,
            pods: String(args.quota.pods),
            "services.loadbalancers": "0",
            "services.nodeports": "0",
          },
        },
      },
      { parent: this, dependsOn: [this.resource] },
    );
    new kubernetes.core.v1.LimitRange(
      name,
      {
        metadata: { name: "defaults", namespace: args.namespace },
        spec: {
          limits: [
            {
              type: "Container",
              default: { cpu: "500m", memory: "256Mi" },
              defaultRequest: { cpu: "100m", memory: "128Mi" },
            },
          ],
        },
      },
      { parent: this, dependsOn: [this.resource] },
    );
    this.registerOutputs({});
  }
}
