import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type After, token } from "../frame/component";

export interface PrometheusArgs {
  readonly namespace: string;
  /** Metrics path of the modules. */
  readonly path: string;
  /** Alert rules over business metrics. */
  readonly rules: readonly BusinessRule[];
  readonly after: After;
}

export interface BusinessRule {
  readonly alert: string;
  readonly expression: string;
  /** `5m`. */
  readonly lasting: string;
  readonly severity: "warning" | "critical";
  readonly summary: string;
}

/** Lets the cluster's Prometheus read the modules, and tells it what is wrong in the language of orders. */
export class PrometheusRules extends pulumi.ComponentResource {
  static readonly __pulumiType = token("PrometheusRules");

  constructor(name: string, args: PrometheusArgs, opts?: pulumi.ComponentResourceOptions) {
    super(PrometheusRules.__pulumiType, name, { rules: args.rules.map(({ alert }) => alert) }, opts);
    const options = { parent: this, dependsOn: args.after };
    const metadata = { name: "order-system", namespace: args.namespace };
    new kubernetes.apiextensions.CustomResource(
      name,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "ServiceMonitor",
        metadata,
        spec: {
          selector: { matchLabels: { "app.kubernetes.io/part-of": "order-system" } },
          targetLabels: ["app.kubernetes.io/version"],
          endpoints: [{ port: "http", path: args.path, interval: "15s" }],
        },
      },
      options,
    );
    new kubernetes.apiextensions.CustomResource(
      `${name}-rules`,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata,
        spec: {
          groups: [
            {
              name: "business",
              rules: args.rules.map((rule) => ({
                alert: rule.alert,
                expr: rule.expression,
                for: rule.lasting,
                labels: { severity: rule.severity },
                annotations: { summary: rule.summary },
              })),
            },
          ],
        },
      },
      options,
    );
    this.registerOutputs({});
  }
}
