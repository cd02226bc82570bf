import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { token } from "../frame/component";
import { labelsOf } from "../frame/pod";
import { deploymentSpec } from "./deployment";
import { moduleName, selectorOf } from "./names";
import type { ModuleArgs, ModulesArgs } from "./types";

/** How many times its replicas a module may grow to under load. */
const GROWTH = 3;

/** The services, or the workers, of a release. */
export class Modules extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Modules");
  readonly resources: readonly pulumi.Resource[];

  constructor(name: string, args: ModulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Modules.__pulumiType, name, { version: args.version, state: args.state }, opts);
    this.resources = args.modules.flatMap((one) => {
      const deployment = this.createDeployment(args, one);
      if (args.state === "off") return [deployment];
      // Nobody calls a worker, but its metrics are read.
      if (one.module.kind === "worker") return [deployment, this.createService(args, one)];
      return [
        deployment,
        this.createService(args, one),
        ...(one.replicas > 1 ? [this.createDisruptionBudget(args, one)] : []),
        ...(args.autoscaled ? [this.createAutoscaler(args, one)] : []),
      ];
    });
    this.registerOutputs({});
  }

  private createDeployment(args: ModulesArgs, one: ModuleArgs): kubernetes.apps.v1.Deployment {
    const name = moduleName(one.module.name, args.version);
    return new kubernetes.apps.v1.Deployment(
      name,
      {
        metadata: { name, namespace: args.namespace, labels: labelsOf(one.module.name, args.version) },
        spec: deploymentSpec(args, one),
      },
      {
        parent: this,
        dependsOn: args.after,
        customTimeouts: { create: "10m", update: "10m" },
        ...scalingOptions(args, one),
      },
    );
  }

  private createService(
    { namespace, version, after }: ModulesArgs,
    { module }: ModuleArgs,
  ): kubernetes.core.v1.Service {
    const name = moduleName(module.name, version);
    return new kubernetes.core.v1.Service(
      name,
      {
        metadata: { name, namespace, labels: labelsOf(module.name, version) },
        spec: {
          type: "ClusterIP",
          ...(module.kind === "worker" ? { clusterIP: "None" } : {}),
          selector: selectorOf(module.name, version),
          ports: [{ name: "http", port: module.port, targetPort: "http", protocol: "TCP" }],
        },
      },
      { parent: this, dependsOn: after },
    );
  }

  private createDisruptionBudget({ namespace, version, after }: ModulesArgs, { module }: ModuleArgs) {
    const name = moduleName(module.name, version);
    return new kubernetes.policy.v1.PodDisruptionBudget(
      name,
      {
        metadata: { name, namespace, labels: labelsOf(module.name, version) },
        spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(module.name, version) } },
      },
      { parent: this, dependsOn: after },
    );
  }

  private createAutoscaler({ namespace, version, after }: ModulesArgs, { module, replicas }: ModuleArgs) {
    const name = moduleName(module.name, version);
    return new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
      name,
      {
        metadata: { name, namespace, labels: labelsOf(module.name, version) },
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
          minReplicas: replicas,
          maxReplicas: replicas * GROWTH,
          metrics: [
            {
              type: "Resource",
              resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
            },
          ],
          behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
        },
      },
      { parent: this, dependsOn: after },
    );
  }
}

/**
 * The autoscaler owns the number of replicas while it runs, so the program leaves it alone. Taking it back to zero
 * would need force; a fresh Deployment needs none, and its predecessor stops gracefully before it is made
 * (docs/decisions/0007-a-stopped-service-is-made-anew.md).
 */
function scalingOptions(args: ModulesArgs, { module }: ModuleArgs): pulumi.CustomResourceOptions {
  if (module.kind === "worker") return {};
  if (args.state === "off") return { replaceOnChanges: ["spec.replicas"], deleteBeforeReplace: true };
  return args.autoscaled ? { ignoreChanges: ["spec.replicas"] } : {};
}
