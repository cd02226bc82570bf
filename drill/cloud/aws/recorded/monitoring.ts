import type { CheckFailure } from "../../provider/provider";
import type { Values } from "../../provider/values";
import { always, arnId, arnPattern, pattern, tagsAll } from "../identifiers";
import type { Kind } from "../kind";
import { text } from "../resources";
import { policyDocument } from "../validation/policy-document";
import { arn, json, matches, oneOf, range, size } from "../validation/rules";
import { logRetention, name } from "./common";

const ACTIONS = {
  alarmActions: size(0, 5),
  okActions: size(0, 5),
  insufficientDataActions: size(0, 5),
  "alarmActions[*]": arn(),
  "okActions[*]": arn(),
};

function alarmTogether(inputs: Values): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const need = (property: string, when: string): void => {
    if (inputs[property] === undefined) failures.push({ property, reason: `is required ${when}` });
  };
  if (inputs.metricQueries === undefined && inputs.evaluationCriteria === undefined) {
    for (const property of ["metricName", "namespace", "period"]) need(property, "without metricQueries");
    if ((inputs.statistic === undefined) === (inputs.extendedStatistic === undefined))
      failures.push({ property: "statistic", reason: "expected either statistic or extendedStatistic" });
  } else if (inputs.metricName !== undefined)
    failures.push({ property: "metricName", reason: "conflicts with metricQueries" });
  if (inputs.evaluationCriteria === undefined) {
    need("comparisonOperator", "");
    need("evaluationPeriods", "");
  }
  if (
    inputs.threshold === undefined &&
    inputs.thresholdMetricId === undefined &&
    inputs.evaluationCriteria === undefined
  )
    failures.push({ property: "threshold", reason: "is required without thresholdMetricId" });
  const [points, periods] = [inputs.datapointsToAlarm, inputs.evaluationPeriods];
  if (typeof points === "number" && typeof periods === "number" && points > periods)
    failures.push({
      property: "datapointsToAlarm",
      reason: `must not be above evaluationPeriods (${periods})`,
    });
  return failures.map(({ property, reason }) => ({ property, reason: reason.trim() }));
}

/** CloudWatch: log groups, alarms, dashboards; canaries and budgets. */
export const MONITORING: readonly Kind[] = [
  {
    token: "aws:cloudwatch/logGroup:LogGroup",
    naming: name(512),
    replace: ["name", "namePrefix", "logGroupClass", "region"],
    defaults: { retentionInDays: 0, skipDestroy: false, logGroupClass: "STANDARD" },
    rules: {
      name: matches(/^[\w./#-]{1,512}$/, "letters, digits and ._-/#"),
      retentionInDays: logRetention,
      kmsKeyId: arn("kms", /^key\//),
      logGroupClass: oneOf("STANDARD", "INFREQUENT_ACCESS", "DELIVERY"),
    },
    unique: (inputs) => text(inputs, "name"),
    id: pattern("{name}"),
    computed: { arn: arnPattern("logs", "log-group:{name}"), tagsAll },
  },
  {
    token: "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    required: ["logGroupName", "metricTransformation", "pattern"],
    naming: name(512, undefined),
    replace: ["name", "logGroupName", "region"],
    id: pattern("{name}"),
    computed: {},
  },
  {
    token: "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    required: ["policyDocument"],
    replace: ["policyName", "resourceArn", "region"],
    rules: { policyDocument: [policyDocument("resource"), size(1, 5120)] },
    id: ({ inputs }) => text(inputs, "policyName") || text(inputs, "resourceArn"),
    computed: {
      policyScope: ({ inputs }) => (inputs.resourceArn === undefined ? "ACCOUNT" : "RESOURCE"),
      revisionId: always("1"),
    },
  },
  {
    token: "aws:cloudwatch/metricAlarm:MetricAlarm",
    naming: name(255, undefined),
    replace: ["name", "region"],
    defaults: { actionsEnabled: true, treatMissingData: "missing" },
    rules: {
      ...ACTIONS,
      comparisonOperator: oneOf(
        "GreaterThanOrEqualToThreshold",
        "GreaterThanThreshold",
        "LessThanThreshold",
        "LessThanOrEqualToThreshold",
        "LessThanLowerOrGreaterThanUpperThreshold",
        "LessThanLowerThreshold",
        "GreaterThanUpperThreshold",
      ),
      statistic: oneOf("SampleCount", "Average", "Sum", "Minimum", "Maximum"),
      extendedStatistic: matches(/^(p|tm|tc|ts|wm|PR|IQM)[\d.:()%]*$/i, "a statistic such as p99"),
      treatMissingData: oneOf("missing", "ignore", "breaching", "notBreaching"),
      evaluationPeriods: range(1, 1440),
      period: (value) =>
        [10, 20, 30].includes(Number(value)) || (Number(value) > 0 && Number(value) % 60 === 0)
          ? undefined
          : `expected 10, 20, 30 or a multiple of 60, got ${JSON.stringify(value)}`,
      "metricQueries[*].metric.period": (value) =>
        [1, 5, 10, 20, 30].includes(Number(value)) || Number(value) % 60 === 0
          ? undefined
          : "expected 1, 5, 10, 20, 30 or a multiple of 60",
      "metricQueries[*].id": matches(/^[a-z]\w*$/, "a lower-case letter, then letters, digits and _"),
    },
    together: alarmTogether,
    unique: (inputs) => text(inputs, "name"),
    id: pattern("{name}"),
    computed: { arn: arnPattern("cloudwatch", "alarm:{name}"), tagsAll },
  },
  {
    token: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
    required: ["alarmName", "alarmRule"],
    replace: ["alarmName", "actionsEnabled", "region"],
    defaults: { actionsEnabled: true },
    rules: {
      ...ACTIONS,
      alarmName: size(1, 255),
      alarmRule: [
        size(1, 10_240),
        matches(
          /(ALARM|OK|INSUFFICIENT_DATA)\s*\(|TRUE|FALSE/,
          "an expression of ALARM(…), OK(…) and INSUFFICIENT_DATA(…)",
        ),
      ],
    },
    unique: (inputs) => text(inputs, "alarmName"),
    id: pattern("{alarmName}"),
    computed: { arn: arnPattern("cloudwatch", "alarm:{alarmName}"), tagsAll },
  },
  {
    token: "aws:cloudwatch/dashboard:Dashboard",
    required: ["dashboardBody", "dashboardName"],
    replace: ["dashboardName", "region"],
    rules: { dashboardName: matches(/^[\w-]{1,255}$/, "letters, digits, - and _"), dashboardBody: json },
    id: pattern("{dashboardName}"),
    computed: { dashboardArn: arnPattern("cloudwatch", "dashboard/{dashboardName}", "global") },
  },
  {
    token: "aws:synthetics/canary:Canary",
    required: ["artifactS3Location", "executionRoleArn", "handler", "runtimeVersion", "schedule"],
    naming: name(255, undefined),
    replace: ["name", "region"],
    rules: {
      name: matches(/^[0-9a-z_-]{1,255}$/, "lower-case letters, digits, _ and -"),
      executionRoleArn: arn("iam", /^role\//),
      artifactS3Location: matches(/^s3:\/\//, "a location that begins with s3://"),
    },
    id: pattern("{name}"),
    computed: {
      arn: arnPattern("synthetics", "canary:{name}"),
      engineArn: always(""),
      sourceLocationArn: always(""),
      status: always("READY"),
      timelines: always([]),
      tagsAll,
    },
  },
  {
    token: "aws:budgets/budget:Budget",
    required: ["budgetType", "timeUnit"],
    naming: name(100),
    replace: ["name", "namePrefix"],
    rules: {
      budgetType: oneOf(
        "COST",
        "USAGE",
        "SAVINGS_PLANS_UTILIZATION",
        "RI_UTILIZATION",
        "SAVINGS_PLANS_COVERAGE",
        "RI_COVERAGE",
      ),
      timeUnit: oneOf("DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM"),
      limitAmount: range(0, 1e12),
      "notifications[*].comparisonOperator": oneOf("LESS_THAN", "EQUAL_TO", "GREATER_THAN"),
      "notifications[*].notificationType": oneOf("ACTUAL", "FORECASTED"),
      "notifications[*].thresholdType": oneOf("PERCENTAGE", "ABSOLUTE_VALUE"),
    },
    id: pattern("{account}:{name}"),
    computed: {
      arn: arnPattern("budgets", "budget/{name}", "global"),
      accountId: ({ account }) => account.id,
      tagsAll,
    },
  },
  {
    token: "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
    required: ["monitorType"],
    naming: name(1024, undefined),
    replace: ["monitorDimension", "monitorSpecification", "monitorType"],
    rules: { monitorType: oneOf("DIMENSIONAL", "CUSTOM"), monitorSpecification: json },
    id: arnId("ce", "anomalymonitor/{uuid}", "global"),
    computed: { arn: ({ id }) => id, tagsAll },
  },
  {
    token: "aws:costexplorer/anomalySubscription:AnomalySubscription",
    required: ["frequency", "monitorArnLists", "subscribers"],
    naming: name(1024, undefined),
    replace: ["accountId"],
    rules: { frequency: oneOf("DAILY", "IMMEDIATE", "WEEKLY"), "subscribers[*].type": oneOf("SNS", "EMAIL") },
    id: arnId("ce", "anomalysubscription/{uuid}", "global"),
    computed: { arn: ({ id }) => id, accountId: ({ account }) => account.id, tagsAll },
  },
];
