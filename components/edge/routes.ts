import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type After, type Common, token } from "../frame/component";

export interface Route {
  /** Stable part of the rule's name. */
  readonly key: string;
  readonly path: string;
  readonly priority: number;
  /** Empty: the maintenance page answers. */
  readonly forwards: readonly { readonly targetGroupArn: pulumi.Input<string>; readonly weight: number }[];
}

export interface RoutesArgs extends Common {
  readonly listenerArn: pulumi.Input<string>;
  readonly routes: readonly Route[];
  /** Name the rules are for; undefined: any. */
  readonly host?: string;
  /** HTML of at most 1024 characters. */
  readonly maintenancePage: string;
  readonly after: After;
}

/** One listener rule for each public path. Going to another release or to the maintenance page changes rules in place. */
export class Routes extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Routes");
  readonly resources: readonly aws.lb.ListenerRule[];

  constructor(name: string, args: RoutesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Routes.__pulumiType, name, { paths: args.routes.map(({ path }) => path) }, opts);
    this.resources = args.routes.map(
      (route) =>
        new aws.lb.ListenerRule(
          `${name}-${route.key}`,
          {
            listenerArn: args.listenerArn,
            priority: route.priority,
            conditions: [
              ...(args.host === undefined ? [] : [{ hostHeader: { values: [args.host] } }]),
              { pathPattern: { values: [route.path] } },
            ],
            actions: [actionOf(route, args.maintenancePage)],
            tags: args.tags,
          },
          { parent: this, dependsOn: args.after },
        ),
    );
    this.registerOutputs({});
  }
}

function actionOf(route: Route, maintenancePage: string): aws.types.input.lb.ListenerRuleAction {
  if (route.forwards.length === 0) {
    return {
      type: "fixed-response",
      fixedResponse: { contentType: "text/html", messageBody: maintenancePage, statusCode: "503" },
    };
  }
  return {
    type: "forward",
    forward: {
      targetGroups: route.forwards.map(({ targetGroupArn, weight }) => ({ arn: targetGroupArn, weight })),
      // A customer may meet either release: sessions are valid on both.
      stickiness: { enabled: false, duration: 60 },
    },
  };
}
