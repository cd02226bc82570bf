import type { CheckFailure } from "../../provider/provider";
import type { Values } from "../../provider/values";
import { always, arnId, arnPattern, pattern, tagsAll } from "../identifiers";
import type { Kind } from "../kind";
import { text } from "../resources";
import { policyDocument } from "../validation/policy-document";
import { arn, emailAddress, json, matches, oneOf, range, size } from "../validation/rules";
import { cron, logRetention, name } from "./common";

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

/** What watches and tells: CloudWatch, SNS, SQS, Synthetics, budgets. */
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
    token: "aws:cloudwatch/eventRule:EventRule",
    naming: name(64),
    replace: ["name", "namePrefix", "eventBusName", "region"],
    defaults: { eventBusName: "default", forceDestroy: false },
    rules: {
      name: matches(/^[\w.-]{1,64}$/, "letters, digits and ._-"),
      eventPattern: json,
      scheduleExpression: cron,
      state: oneOf("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
      roleArn: arn("iam", /^role\//),
    },
    together: (inputs) =>
      inputs.eventPattern === undefined && inputs.scheduleExpression === undefined
        ? [{ property: "eventPattern", reason: "expected eventPattern or scheduleExpression" }]
        : [],
    unique: (inputs) => text(inputs, "name"),
    id: pattern("{name}"),
    computed: { arn: arnPattern("events", "rule/{name}"), tagsAll },
  },
  {
    token: "aws:cloudwatch/eventTarget:EventTarget",
    required: ["arn", "rule"],
    replace: ["eventBusName", "rule", "targetId", "region"],
    rules: { arn: arn(), roleArn: arn("iam", /^role\//), input: json },
    id: ({ inputs, seed }) => `${text(inputs, "rule")}-${text(inputs, "targetId") || seed}`,
    computed: {
      targetId: ({ inputs, seed }) => inputs.targetId ?? seed,
      eventBusName: ({ inputs }) => inputs.eventBusName ?? "default",
    },
  },
  {
    token: "aws:sns/topic:Topic",
    naming: name(256),
    replace: ["name", "namePrefix", "fifoTopic", "region"],
    rules: {
      name: matches(/^[\w-]{1,251}(\.fifo)?$/, "letters, digits, - and _"),
      policy: policyDocument("resource"),
      deliveryPolicy: json,
    },
    unique: (inputs) => text(inputs, "name"),
    id: arnId("sns", "{name}"),
    computed: {
      arn: ({ id }) => id,
      beginningArchiveTime: always(""),
      owner: ({ account }) => account.id,
      policy: ({ inputs }) => inputs.policy ?? "",
      tagsAll,
    },
  },
  {
    token: "aws:sns/topicPolicy:TopicPolicy",
    required: ["arn", "policy"],
    replace: ["arn", "region"],
    rules: { arn: arn("sns"), policy: policyDocument("resource") },
    id: pattern("{arn}"),
    computed: { owner: ({ account }) => account.id },
  },
  {
    token: "aws:sns/topicSubscription:TopicSubscription",
    required: ["endpoint", "protocol", "topic"],
    replace: ["endpoint", "protocol", "topic", "region"],
    rules: {
      topic: arn("sns"),
      protocol: oneOf(
        "application",
        "email",
        "email-json",
        "firehose",
        "http",
        "https",
        "lambda",
        "sms",
        "sqs",
      ),
      filterPolicy: json,
      redrivePolicy: json,
    },
    together: ({ protocol, endpoint }) => {
      const reason =
        typeof endpoint !== "string"
          ? undefined
          : protocol === "email" || protocol === "email-json"
            ? emailAddress(endpoint)
            : protocol === "https" && !endpoint.startsWith("https://")
              ? "expected a URL that begins with https://"
              : protocol === "sqs" || protocol === "lambda"
                ? arn(String(protocol))(endpoint)
                : undefined;
      return reason === undefined ? [] : [{ property: "endpoint", reason }];
    },
    id: pattern("{topic}:{uuid}"),
    computed: {
      arn: ({ id }) => id,
      confirmationWasAuthenticated: always(false),
      ownerId: ({ account }) => account.id,
      pendingConfirmation: ({ inputs }) => String(inputs.protocol).startsWith("email"),
    },
  },
  {
    token: "aws:sqs/queue:Queue",
    naming: name(80),
    replace: ["name", "namePrefix", "fifoQueue", "region"],
    rules: {
      visibilityTimeoutSeconds: range(0, 43_200),
      messageRetentionSeconds: range(60, 1_209_600),
      delaySeconds: range(0, 900),
      policy: policyDocument("resource"),
      redrivePolicy: json,
    },
    unique: (inputs) => text(inputs, "name"),
    id: ({ inputs, account }) =>
      `https://sqs.${account.region}.amazonaws.com/${account.id}/${text(inputs, "name")}`,
    computed: { arn: arnPattern("sqs", "{name}"), url: ({ id }) => id, tagsAll },
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
