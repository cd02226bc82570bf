import { z } from "zod";
import { arn, cidr, duration, flag, identifier, matching, text, whole } from "./fields";

const quantity = (description: string) =>
  matching(/^\d+(\.\d+)?(m|Ki|Mi|Gi)?$/, "must be a Kubernetes quantity such as 8 or 16Gi", description);

export const cluster = z
  .strictObject({
    name: text(
      "Name of the EKS cluster the order system runs in. A change replaces everything in the cluster.",
    ),
    namespace: matching(
      /^[a-z]([a-z0-9-]{0,40}[a-z0-9])?$/,
      "must be lower case letters, digits and dashes, at most 42",
      "Namespace of the order system. A change replaces everything in the cluster.",
    ).default("orders"),
    podSecurityVersion: matching(
      /^v1\.\d+$/,
      "must be a Kubernetes version such as v1.33",
      "Version of the Pod security standard that the namespace enforces.",
    ).default("v1.33"),
    quota: z
      .strictObject({
        cpu: quantity("CPU that all Pods together may request.").default("64"),
        memory: quantity("Memory that all Pods together may request.").default("128Gi"),
        pods: whole(10, 5000, "Pods in the namespace.").default(200),
      })
      .prefault({})
      .meta({ description: "Upper limits of the namespace; two releases at full size must fit." }),
    maximumReplicas: whole(
      1,
      100,
      "Upper limit of replicas of a module, whatever its manifest says; for small clusters.",
    ).default(100),
    preStop: duration(
      "0s",
      "5m",
      "Time a stopping Pod goes on serving until every load balancer knows that it goes.",
    ).default("10s"),
    minReady: duration("0s", "5m", "Time a new Pod must be ready before it counts.").default("10s"),
    autoscaling: flag(
      "Whether services scale with their CPU load, up to three times their replicas.",
    ).default(true),
  })
  .meta({ description: "The existing Kubernetes cluster." });

const subnets = (description: string) =>
  z
    .array(identifier("subnet", "An existing subnet."))
    .min(2, "must name at least two subnets in two zones")
    .meta({ description });

export const network = z
  .strictObject({
    vpcId: identifier("vpc", "The existing VPC."),
    publicSubnetIds: subnets("Subnets of the load balancer."),
    privateSubnetIds: subnets("Subnets of the nodes; Pods get their addresses here."),
    databaseSubnetIds: subnets("Subnets of the database; no route to the internet."),
    privateCidrs: z
      .array(cidr("A block of private addresses."))
      .min(1, "must name at least one block")
      .default(["10.0.0.0/8"])
      .meta({ description: "Blocks the VPC uses; the network rules in the cluster are made of them." }),
    nodeSecurityGroupId: identifier(
      "sg",
      "Security group of the nodes (or of the Pods, where they have their own).",
    ),
    customers: z
      .array(cidr("A block."))
      .min(1, "must name at least one block")
      .default(["0.0.0.0/0"])
      .meta({ description: "Blocks from which customers may come." }),
    flowLogs: flag("Whether the traffic of the VPC is recorded by this stack.").default(true),
  })
  .meta({ description: "The existing network." });

const roles = (description: string) =>
  z.array(text("Name of a group as the cluster knows it.")).default([]).meta({ description });

export const security = z
  .strictObject({
    operators: roles("Groups that may run the upgrade: restart, scale, read logs."),
    support: roles("Groups that may look at workloads and logs."),
    auditors: roles("Groups that may read everything but secrets."),
    guardDuty: z
      .enum(["create", "existing", "none"], "must be create, existing or none")
      .default("existing")
      .meta({
        description: "Intrusion detection: made by this stack, there already in the account, or none.",
      }),
    trail: flag("Whether a trail records who read or changed evidence and backups.").default(true),
    keyDeletionWindow: whole(7, 30, "Days before a deleted encryption key is gone.").default(30),
    auditRetention: whole(90, 3650, "Days for which audit records cannot be altered or removed.").default(
      365,
    ),
    permissionsBoundary: arn("iam", "Policy that bounds every role this stack makes.").optional(),
    containment: flag(
      "Containment switch for an incident: customers see the maintenance page, nothing else changes.",
    ).default(false),
  })
  .prefault({})
  .meta({ description: "Access and audit." });
