import type { CheckFailure } from "../../provider/provider";
import { isList, isValues, Unknown, type Value, type Values } from "../../provider/values";
import { always, arnId, filled, orElse, tagsAll } from "../identifiers";
import type { Kind } from "../kind";
import { type Resources, text } from "../resources";
import { arn, matches, oneOf, range, size } from "../validation/rules";
import { tokens } from "./control/description";

const NAME = matches(/^(?!-|internal-)[a-zA-Z0-9-]{1,32}(?<!-)$/, "up to 32 letters, digits and hyphens");
const GROUP_ARN = arn("elasticloadbalancing", /^targetgroup\//);

const ACTION_RULES = (prefix: string) => ({
  [`${prefix}[*].type`]: oneOf(
    "forward",
    "redirect",
    "fixed-response",
    "authenticate-cognito",
    "authenticate-oidc",
    "jwt-validation",
  ),
  [`${prefix}[*].targetGroupArn`]: GROUP_ARN,
  [`${prefix}[*].forward.targetGroups`]: size(1, 5),
  [`${prefix}[*].forward.targetGroups[*].arn`]: GROUP_ARN,
  [`${prefix}[*].forward.targetGroups[*].weight`]: range(0, 999),
  [`${prefix}[*].forward.stickiness.duration`]: range(1, 604_800),
  [`${prefix}[*].fixedResponse.statusCode`]: matches(/^[245]\d\d$/, "a status code 2xx, 4xx or 5xx as text"),
  [`${prefix}[*].fixedResponse.contentType`]: oneOf(
    "text/plain",
    "text/css",
    "text/html",
    "application/javascript",
    "application/json",
  ),
  [`${prefix}[*].fixedResponse.messageBody`]: size(0, 1024),
  [`${prefix}[*].redirect.statusCode`]: oneOf("HTTP_301", "HTTP_302"),
});

/** The kinds of Elastic Load Balancing that run. The edge follows their records (see control/load-balancers.ts). */
export function edgeKinds(resources: Resources): Kind[] {
  const each = (name: string, kind: Omit<Kind, "token">): Kind[] =>
    tokens(name).map((token) => ({ ...kind, token }));
  return [
    ...each("LoadBalancer", {
      naming: { property: "name", prefixProperty: "namePrefix", maximum: 32 },
      replace: ["name", "namePrefix", "internal", "loadBalancerType", "customerOwnedIpv4Pool", "region"],
      defaults: { loadBalancerType: "application" },
      rules: {
        name: NAME,
        loadBalancerType: oneOf("application", "network", "gateway"),
        idleTimeout: range(1, 4000),
        ipAddressType: oneOf("ipv4", "dualstack", "dualstack-without-public-ipv4"),
        "securityGroups[*]": matches(/^sg-\w+$/, "the id of a security group"),
        "subnets[*]": matches(/^subnet-\w+$/, "the id of a subnet"),
        desyncMitigationMode: oneOf("monitor", "defensive", "strictest"),
      },
      together: (inputs) =>
        isList(inputs.subnets) && inputs.subnets.length < 2 && inputs.loadBalancerType === "application"
          ? [
              {
                property: "subnets",
                reason: "at least two subnets in two availability zones must be specified",
              },
            ]
          : [],
      unique: (inputs) => text(inputs, "name"),
      id: arnId("elasticloadbalancing", "loadbalancer/app/{name}/{seed:16}"),
      computed: {
        arn: ({ id }) => id,
        arnSuffix: (draft) => filled("app/{name}/{seed:16}", draft),
        dnsName: (draft) =>
          filled(
            draft.inputs.internal === true
              ? "internal-{name}-{seed:10}.{region}.elb.amazonaws.com"
              : "{name}-{seed:10}.{region}.elb.amazonaws.com",
            draft,
          ).toLowerCase(),
        zoneId: always("Z215JYRZR1TBD5"),
        vpcId: always("vpc-0d111111111111111"),
        tagsAll,
      },
      actions: {
        create: async () => ({}),
        update: async () => ({}),
        async delete({ inputs, id }) {
          if (inputs.enableDeletionProtection === true)
            throw new Error(
              `OperationNotPermitted: Load balancer '${id}' cannot be deleted because deletion protection is enabled`,
            );
        },
      },
    }),
    ...each("TargetGroup", {
      naming: { property: "name", prefixProperty: "namePrefix", maximum: 32 },
      replace: [
        "name",
        "namePrefix",
        "port",
        "protocol",
        "protocolVersion",
        "targetType",
        "vpcId",
        "ipAddressType",
        "region",
      ],
      defaults: { targetType: "instance" },
      rules: {
        name: NAME,
        port: range(1, 65_535),
        protocol: oneOf("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE"),
        protocolVersion: oneOf("HTTP1", "HTTP2", "GRPC"),
        targetType: oneOf("instance", "ip", "lambda", "alb"),
        deregistrationDelay: range(0, 3600),
        slowStart: (value) => (value === 0 ? undefined : range(30, 900)(value)),
        loadBalancingAlgorithmType: oneOf("round_robin", "least_outstanding_requests", "weighted_random"),
        "healthCheck.interval": range(5, 300),
        "healthCheck.timeout": range(2, 120),
        "healthCheck.healthyThreshold": range(2, 10),
        "healthCheck.unhealthyThreshold": range(2, 10),
        "healthCheck.matcher": matches(
          /^[2-5]\d\d(-[2-5]\d\d)?(,[2-5]\d\d(-[2-5]\d\d)?)*$/,
          "status codes such as 200-299",
        ),
        "healthCheck.path": matches(/^\//, "a path that begins with /"),
      },
      together: groupTogether,
      unique: (inputs) => text(inputs, "name"),
      id: arnId("elasticloadbalancing", "targetgroup/{name}/{seed:16}"),
      computed: {
        arn: ({ id }) => id,
        arnSuffix: (draft) => filled("targetgroup/{name}/{seed:16}", draft),
        loadBalancerArns: always([]),
        protocolVersion: orElse("protocolVersion", "HTTP1"),
        ipAddressType: orElse("ipAddressType", "ipv4"),
        loadBalancingAlgorithmType: orElse("loadBalancingAlgorithmType", "round_robin"),
        tagsAll,
      },
      actions: {
        create: async () => ({}),
        update: async () => ({}),
        async delete({ id }) {
          const user = resources
            .all(...tokens("Listener"), ...tokens("ListenerRule"))
            .find((one) => JSON.stringify(one.inputs).includes(id));
          if (user !== undefined)
            throw new Error(
              `ResourceInUse: Target group '${id}' is currently in use by a listener or a rule (${user.id})`,
            );
        },
      },
    }),
    ...each("Listener", {
      required: ["defaultActions", "loadBalancerArn"],
      replace: ["loadBalancerArn", "region"],
      rules: {
        port: range(1, 65_535),
        protocol: oneOf("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP"),
        loadBalancerArn: arn("elasticloadbalancing", /^loadbalancer\//),
        certificateArn: arn("acm", /^certificate\//),
        sslPolicy: matches(/^ELBSecurityPolicy-/, "the name of a security policy"),
        ...ACTION_RULES("defaultActions"),
      },
      together: (inputs) => {
        const failures = actionsTogether(inputs, "defaultActions");
        if (inputs.protocol === "HTTPS" && inputs.certificateArn === undefined)
          failures.push({ property: "certificateArn", reason: "an HTTPS listener needs a certificate" });
        return failures;
      },
      deleteFirst: false,
      unique: (inputs) => `port ${text(inputs, "port")} of ${text(inputs, "loadBalancerArn")}`,
      id: ({ inputs, seed }) =>
        `${text(inputs, "loadBalancerArn").replace(":loadbalancer/", ":listener/")}/${seed.slice(0, 16)}`,
      computed: { arn: ({ id }) => id, protocol: orElse("protocol", "HTTP"), tagsAll },
    }),
    ...each("ListenerRule", {
      required: ["actions", "conditions", "listenerArn"],
      replace: ["listenerArn", "region"],
      rules: {
        priority: range(1, 50_000),
        listenerArn: arn("elasticloadbalancing", /^listener\//),
        conditions: size(1, 5),
        ...ACTION_RULES("actions"),
      },
      together: (inputs) => actionsTogether(inputs, "actions"),
      deleteFirst: false,
      unique: (inputs) =>
        inputs.priority === undefined
          ? `rule ${JSON.stringify(inputs.conditions)}`
          : `priority ${text(inputs, "priority")} of ${text(inputs, "listenerArn")}`,
      id: ({ inputs, seed }) =>
        `${text(inputs, "listenerArn").replace(":listener/", ":listener-rule/")}/${seed.slice(0, 16)}`,
      computed: {
        arn: ({ id }) => id,
        priority: ({ inputs, id }) =>
          inputs.priority ?? nextPriority(resources, text(inputs, "listenerArn"), id),
        tagsAll,
      },
    }),
    ...each("ListenerCertificate", {
      required: ["certificateArn", "listenerArn"],
      replace: ["certificateArn", "listenerArn"],
      rules: {
        certificateArn: arn("acm", /^certificate\//),
        listenerArn: arn("elasticloadbalancing", /^listener\//),
      },
      id: ({ inputs }) => `${text(inputs, "listenerArn")}_${text(inputs, "certificateArn")}`,
      computed: {},
    }),
    ...each("TargetGroupAttachment", {
      required: ["targetGroupArn", "targetId"],
      replace: ["targetGroupArn", "targetId", "port", "availabilityZone"],
      rules: { targetGroupArn: GROUP_ARN, port: range(1, 65_535) },
      deleteFirst: false,
      id: ({ inputs, seed }) => `${text(inputs, "targetGroupArn")}-${seed.slice(0, 26)}`,
      computed: {},
    }),
  ];
}

function groupTogether(inputs: Values): CheckFailure[] {
  const failures: CheckFailure[] = [];
  if (inputs.targetType !== "lambda")
    for (const property of ["port", "protocol", "vpcId"])
      if (inputs[property] === undefined)
        failures.push({ property, reason: `is required for targets of type ${text(inputs, "targetType")}` });
  if (
    Number(inputs.slowStart ?? 0) > 0 &&
    ["least_outstanding_requests", "weighted_random"].includes(String(inputs.loadBalancingAlgorithmType))
  )
    failures.push({ property: "slowStart", reason: "is supported with the algorithm round_robin alone" });
  const check = inputs.healthCheck;
  if (
    isValues(check) &&
    typeof check.timeout === "number" &&
    typeof check.interval === "number" &&
    check.timeout >= check.interval
  )
    failures.push({
      property: "healthCheck.timeout",
      reason: `must be below the interval (${check.interval})`,
    });
  return failures;
}

/** Each action must bring what its type needs. */
function actionsTogether(inputs: Values, property: string): CheckFailure[] {
  const needs: Readonly<Record<string, readonly string[]>> = {
    forward: ["targetGroupArn", "forward"],
    redirect: ["redirect"],
    "fixed-response": ["fixedResponse"],
  };
  return (isList(inputs[property]) ? (inputs[property] as readonly Value[]) : []).flatMap((action, index) => {
    if (!isValues(action) || action.type instanceof Unknown) return [];
    const wanted = needs[String(action.type)];
    if (wanted === undefined || wanted.some((name) => action[name] !== undefined)) return [];
    return [
      {
        property: `${property}[${index}]`,
        reason: `type ${String(action.type)} needs ${wanted.join(" or ")}`,
      },
    ];
  });
}

function nextPriority(resources: Resources, listenerArn: string, id: string): number {
  const others = resources
    .all(...tokens("ListenerRule"))
    .filter((one) => text(one.inputs, "listenerArn") === listenerArn);
  const own = others.find((one) => one.id === id)?.outputs.priority;
  return typeof own === "number"
    ? own
    : Math.max(0, ...others.map((one) => Number(one.outputs.priority ?? 0))) + 1;
}
