import { always, arnId, arnPattern, pattern, tagsAll } from "../identifiers";
import type { Kind } from "../kind";
import { text } from "../resources";
import { policyDocument } from "../validation/policy-document";
import { arn, emailAddress, json, matches, oneOf, range } from "../validation/rules";
import { cron, name } from "./common";

/** What is told to whom: EventBridge, SNS, SQS. */
export const MESSAGES: readonly Kind[] = [
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
];
