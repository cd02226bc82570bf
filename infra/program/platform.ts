import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Namespace } from "../../components/access/namespace";
import { trailStatements } from "../../components/audit/trail";
import { Bucket } from "../../components/bucket/bucket";
import { Key } from "../../components/encryption/key";
import { EvidenceStore } from "../../components/evidence/store";
import type { Common } from "../../components/frame/component";
import { AlarmTopic } from "../../components/monitoring/topic";
import { SecurityGroups } from "../../components/network/security-groups";
import type { Settings } from "./settings";

export interface Platform {
  readonly common: Common;
  readonly accountId: pulumi.Output<string>;
  readonly key: Key;
  readonly logs: Bucket;
  readonly backups: Bucket;
  readonly evidence: EvidenceStore;
  readonly securityGroups: SecurityGroups;
  /** Where alarms and findings go. */
  readonly topicArn: pulumi.Output<string>;
  readonly namespace: string;
  readonly namespaceResource: pulumi.Resource;
  /** Options that put a component's Kubernetes resources into the order system's cluster. */
  readonly inCluster: { readonly providers: { readonly kubernetes: pulumi.ProviderResource } };
}

export const DATABASE_PORT = 5432;

/** What the order system stands on: keys, buckets, network and the cluster. No position of the dial changes it. */
export function createPlatform(settings: Settings): Platform {
  const { parameters, prefix, tags, stack, region } = settings;
  const common: Common = { prefix, tags };
  const accountId = aws.getCallerIdentityOutput().accountId;
  const key = new Key("data", {
    ...common,
    accountId,
    region,
    deletionWindow: parameters.security.keyDeletionWindow,
  });
  const logs = new Bucket("logs", {
    ...common,
    bucketName: pulumi.interpolate`${prefix}-logs-${accountId}`,
    // Load balancers cannot write with a key of ours.
    keyArn: undefined,
    accountId,
    writeOnceDays: parameters.security.auditRetention,
    tags: { ...tags, purpose: "audit" },
    statements: (arn, account) => [
      ...trailStatements(arn, `arn:aws:cloudtrail:${region}:${account}:trail/${prefix}`, account),
      {
        Sid: "LoadBalancerWritesAccessLogs",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `${arn}/load-balancer/*`,
      },
    ],
  });
  const backups = new Bucket("backups", {
    ...common,
    bucketName: pulumi.interpolate`${prefix}-backups-${accountId}`,
    accountId,
    keyArn: key.arn,
    writeOnceDays: Math.min(parameters.backup.retention, 35),
    expireAfterDays: parameters.backup.retention + 1,
  });
  const evidence = new EvidenceStore("evidence", {
    ...common,
    stack,
    bucketName: pulumi.interpolate`${prefix}-evidence-${accountId}`,
    accountId,
    keyArn: key.arn,
    retentionDays: parameters.security.auditRetention,
  });
  const securityGroups = new SecurityGroups("order-system", {
    ...common,
    vpcId: parameters.network.vpcId,
    nodeSecurityGroupId: parameters.network.nodeSecurityGroupId,
    customers: parameters.network.customers,
    modulePorts: publicPorts(settings),
    databasePort: DATABASE_PORT,
  });
  const topic = new AlarmTopic("alarms", {
    ...common,
    accountId,
    keyArn: key.arn,
    receivers: parameters.monitoring.receivers,
  });
  const provider = clusterProvider(settings);
  const inCluster = { providers: { kubernetes: provider } };
  const namespace = new Namespace(
    "order-system",
    {
      namespace: parameters.cluster.namespace,
      podSecurityVersion: parameters.cluster.podSecurityVersion,
      quota: parameters.cluster.quota,
    },
    inCluster,
  );
  return {
    common,
    accountId,
    key,
    logs,
    backups,
    evidence,
    securityGroups,
    topicArn: topic.arn,
    namespace: parameters.cluster.namespace,
    namespaceResource: namespace.resource,
    inCluster,
  };
}

/** Ports of modules that customers reach, in every release at hand. */
const publicPorts = ({ manifests }: Settings): number[] =>
  Object.values(manifests).flatMap(({ modules }) =>
    modules.filter((module) => module.public.length > 0).map((module) => module.port),
  );

/** Credentials come from the AWS identity of whoever runs the program; none are kept. */
function clusterProvider({ parameters, region }: Settings): kubernetes.Provider {
  const { name } = parameters.cluster;
  const cluster = aws.eks.getClusterOutput({ name });
  const kubeconfig = pulumi.jsonStringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      {
        name,
        cluster: {
          server: cluster.endpoint,
          "certificate-authority-data": cluster.certificateAuthorities.apply(([first]) => first?.data ?? ""),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "aws",
            args: ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"],
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
  // Only another cluster is a reason to make everything anew; a changed address or certificate is not.
  return new kubernetes.Provider("cluster", {
    kubeconfig,
    clusterIdentifier: name,
    enableServerSideApply: true,
    // An update that was killed while it waited for an object does not know that it made it; the next one takes it as it is.
    upsertExistingObjects: true,
  });
}
