import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { token } from "../frame/component";
import type { Watch } from "./alarms";

export interface DashboardArgs {
  readonly dashboardName: string;
  readonly region: string;
  readonly watches: readonly Watch[];
}

const WIDTH = 8;
const HEIGHT = 6;
const COLUMNS = 3;

/** Every watched figure with its threshold, on one page. */
export class Dashboard extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Dashboard");

  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Dashboard.__pulumiType, name, {}, opts);
    new aws.cloudwatch.Dashboard(
      name,
      {
        dashboardName: args.dashboardName,
        dashboardBody: pulumi.jsonStringify({
          widgets: args.watches.map((watch, index) => widget(watch, index, args.region)),
        }),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

const widget = (watch: Watch, index: number, region: string) => ({
  type: "metric",
  x: (index % COLUMNS) * WIDTH,
  y: Math.floor(index / COLUMNS) * HEIGHT,
  width: WIDTH,
  height: HEIGHT,
  properties: {
    title: watch.description,
    region,
    period: 60,
    stat: watch.statistic,
    metrics: [[watch.namespace, watch.metric, ...Object.entries(watch.dimensions).flat()]],
    annotations: { horizontal: [{ label: "threshold", value: watch.threshold }] },
  },
});
