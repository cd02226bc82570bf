import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Common, token } from "../frame/component";

/** Something that is watched. Metric, threshold and direction; the rest is the same for all. */
export interface Watch {
  readonly key: string;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  /** Counts: the share of this other count is watched instead. */
  readonly shareOf?: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statistic: "Average" | "Maximum" | "Minimum" | "Sum" | `p${number}`;
  readonly comparison: "above" | "below";
  readonly threshold: pulumi.Input<number>;
  /** Whether it says something about the release, so that silence is bad news, too. */
  readonly release: boolean;
}

export interface AlarmsArgs extends Common {
  readonly topicArn: pulumi.Input<string>;
  readonly periodSeconds: number;
  readonly periods: number;
  readonly watches: readonly Watch[];
}

/** One alarm for each watch, and one verdict over all that speak about the release. */
export class Alarms extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Alarms");
  readonly verdictName: pulumi.Output<string>;

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Alarms.__pulumiType, name, { watches: args.watches.map(({ key }) => key) }, opts);
    const alarms = args.watches.map((watch) => ({ watch, alarm: this.createAlarm(name, args, watch) }));
    const verdict = new aws.cloudwatch.CompositeAlarm(
      `${name}-verdict`,
      {
        alarmName: `${args.prefix}-verdict`,
        alarmDescription:
          "The one verdict: something about the release is wrong. Turn the dial back or find out why.",
        alarmRule: pulumi
          .all(alarms.filter(({ watch }) => watch.release).map(({ alarm }) => alarm.name))
          .apply((names) => names.map((one) => `ALARM("${one}")`).join(" OR ")),
        actionsEnabled: true,
        alarmActions: [args.topicArn],
        okActions: [args.topicArn],
        tags: { ...args.tags, purpose: "release" },
      },
      { parent: this },
    );
    this.verdictName = verdict.alarmName;
    this.registerOutputs({ verdict: this.verdictName });
  }

  private createAlarm(name: string, args: AlarmsArgs, watch: Watch): aws.cloudwatch.MetricAlarm {
    return new aws.cloudwatch.MetricAlarm(
      `${name}-${watch.key}`,
      {
        name: `${args.prefix}-${watch.key}`,
        alarmDescription: watch.description,
        ...(watch.shareOf === undefined ? metricOf(watch, args) : { metricQueries: shareOf(watch, args) }),
        comparisonOperator: watch.comparison === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
        threshold: watch.threshold,
        evaluationPeriods: args.periods,
        datapointsToAlarm: args.periods,
        treatMissingData: watch.release ? "breaching" : "missing",
        actionsEnabled: true,
        alarmActions: [args.topicArn],
        okActions: [args.topicArn],
        tags: { ...args.tags, ...(watch.release ? { purpose: "release" } : {}) },
      },
      { parent: this },
    );
  }
}

const metricOf = (watch: Watch, { periodSeconds }: AlarmsArgs) => ({
  namespace: watch.namespace,
  metricName: watch.metric,
  dimensions: { ...watch.dimensions },
  period: periodSeconds,
  ...(watch.statistic.startsWith("p")
    ? { extendedStatistic: watch.statistic }
    : { statistic: watch.statistic }),
});

/** A count of nothing is not reported at all, so it is filled with zero before it is divided. */
const shareOf = (watch: Watch, { periodSeconds }: AlarmsArgs) => [
  ...[
    ["part", watch.metric],
    ["whole", watch.shareOf ?? ""],
  ].map(([id, metricName]) => ({
    id: id ?? "",
    metric: {
      namespace: watch.namespace,
      metricName: metricName ?? "",
      dimensions: { ...watch.dimensions },
      period: periodSeconds,
      stat: "Sum",
    },
  })),
  { id: "share", expression: "FILL(part, 0) / whole", label: watch.description, returnData: true },
];
