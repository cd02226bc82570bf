import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Common, token } from "../frame/component";

export interface SyntheticCustomerArgs extends Common {
  readonly host: string;
  /** Pages to visit and a text each must show, by key. */
  readonly visits: Readonly<Record<string, { readonly path: string; readonly text: string | undefined }>>;
}

/** Visits the shop twice a minute from several Regions, as a customer would: by its name, over TLS. */
export class SyntheticCustomer extends pulumi.ComponentResource {
  static readonly __pulumiType = token("SyntheticCustomer");
  /** Identifier of the check by key. */
  readonly checks: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: SyntheticCustomerArgs, opts?: pulumi.ComponentResourceOptions) {
    super(SyntheticCustomer.__pulumiType, name, { host: args.host }, opts);
    this.checks = Object.fromEntries(
      Object.entries(args.visits).map(([key, { path, text }]) => [
        key,
        new aws.route53.HealthCheck(
          `${name}-${key}`,
          {
            type: text === undefined ? "HTTPS" : "HTTPS_STR_MATCH",
            fqdn: args.host,
            port: 443,
            resourcePath: path,
            ...(text === undefined ? {} : { searchString: text }),
            enableSni: true,
            requestInterval: 30,
            failureThreshold: 2,
            measureLatency: true,
            tags: { ...args.tags, Name: `${args.prefix}-${key}` },
          },
          { parent: this },
        ).id,
      ]),
    );
    this.registerOutputs({});
  }
}
