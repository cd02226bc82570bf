import { albHardened } from "../../../policies/security/rules/alb-hardened";
import { albHttpsOnly } from "../../../policies/security/rules/alb-https-only";
import { albTlsPolicy } from "../../../policies/security/rules/alb-tls-policy";
import { awsResourcePolicyNoStar } from "../../../policies/security/rules/aws-resource-policy-no-star";
import { awsSoftDeleteWindows } from "../../../policies/security/rules/aws-soft-delete-windows";
import { cwAlarmActions } from "../../../policies/security/rules/cw-alarm-actions";
import { cwLogCmk } from "../../../policies/security/rules/cw-log-cmk";
import { cwLogRetention } from "../../../policies/security/rules/cw-log-retention";
import { eksHardening } from "../../../policies/security/rules/eks-hardening";
import { iamDestructiveScoped } from "../../../policies/security/rules/iam-destructive-scoped";
import { iamNoAdminWildcard } from "../../../policies/security/rules/iam-no-admin-wildcard";
import { iamNoUsers } from "../../../policies/security/rules/iam-no-users";
import { iamTrustPolicy } from "../../../policies/security/rules/iam-trust-policy";
import { imgEcrHardening } from "../../../policies/security/rules/img-ecr-hardening";
import { kmsRotation } from "../../../policies/security/rules/kms-rotation";
import { s3EncryptionVersioning } from "../../../policies/security/rules/s3-encryption-versioning";
import { s3EvidenceObjectLock } from "../../../policies/security/rules/s3-evidence-object-lock";
import { s3NoForceDestroy } from "../../../policies/security/rules/s3-no-force-destroy";
import { s3PublicBlock } from "../../../policies/security/rules/s3-public-block";
import { s3TlsOnly } from "../../../policies/security/rules/s3-tls-only";
import { sgDbIngressByReference } from "../../../policies/security/rules/sg-db-ingress-by-reference";
import { sgDescription } from "../../../policies/security/rules/sg-description";
import { sgNoWorldIngress } from "../../../policies/security/rules/sg-no-world-ingress";
import { snsEncrypted } from "../../../policies/security/rules/sns-encrypted";
import { snsPolicy } from "../../../policies/security/rules/sns-policy";
import { trailHardened } from "../../../policies/security/rules/trail-hardened";
import { wafAttached } from "../../../policies/security/rules/waf-attached";
import { wafRules } from "../../../policies/security/rules/waf-rules";
import { proves, REMOVED } from "../cases";
import type { FakeResource } from "../harness";

const json = (...statements: object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const key: FakeResource = {
  type: "aws:kms/key:Key",
  name: "key",
  props: {
    enableKeyRotation: true,
    policy: json({
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::1:root" },
      Action: "kms:*",
      Resource: "*",
    }),
  },
};
const secret: FakeResource = { type: "aws:secretsmanager/secret:Secret", name: "secret", props: {} };
const bucket: FakeResource = {
  type: "aws:s3/bucket:Bucket",
  name: "bucket",
  props: { id: "b", objectLockEnabled: true, tags: { purpose: "evidence" } },
};
const block: FakeResource = {
  type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  name: "block",
  props: {
    bucket: "b",
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  },
};
const encryption: FakeResource = {
  type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  name: "encryption",
  props: {
    bucket: "b",
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" }, bucketKeyEnabled: true }],
  },
};
const versioning: FakeResource = {
  type: "aws:s3/bucketVersioning:BucketVersioning",
  name: "versioning",
  props: { bucket: "b", versioningConfiguration: { status: "Enabled" } },
};
const tls = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: "*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const bucketPolicy: FakeResource = {
  type: "aws:s3/bucketPolicy:BucketPolicy",
  name: "policy",
  props: { bucket: "b", policy: json(tls) },
};
const objectLock: FakeResource = {
  type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  name: "lock",
  props: { bucket: "b", rule: { defaultRetention: { mode: "COMPLIANCE", days: 1 } } },
};
const topic: FakeResource = { type: "aws:sns/topic:Topic", name: "topic", props: { kmsMasterKeyId: "k" } };
const subscription: FakeResource = {
  type: "aws:sns/topicSubscription:TopicSubscription",
  name: "subscription",
  props: { protocol: "https" },
};
const logs: FakeResource = {
  type: "aws:cloudwatch/logGroup:LogGroup",
  name: "logs",
  props: { retentionInDays: 90, kmsKeyId: "k" },
};
const alarm: FakeResource = {
  type: "aws:cloudwatch/metricAlarm:MetricAlarm",
  name: "alarm",
  props: { alarmActions: ["arn"], treatMissingData: "breaching", tags: { purpose: "release" } },
};
const rights: FakeResource = {
  type: "aws:iam/policy:Policy",
  name: "rights",
  props: { policy: json({ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" }) },
};
const role: FakeResource = {
  type: "aws:iam/role:Role",
  name: "role",
  props: {
    assumeRolePolicy: json({
      Effect: "Allow",
      Principal: { Federated: "arn:oidc" },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: { "oidc:sub": "system:serviceaccount:shop:orders", "oidc:aud": "sts.amazonaws.com" },
      },
    }),
  },
};
const group: FakeResource = {
  type: "aws:ec2/securityGroup:SecurityGroup",
  name: "group",
  props: {
    description: "load balancer",
    tags: { purpose: "edge" },
    ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }],
  },
};
const groupRule: FakeResource = {
  type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  name: "rule",
  props: {
    description: "pods",
    ipProtocol: "tcp",
    fromPort: 5432,
    toPort: 5432,
    referencedSecurityGroupId: "sg-1",
  },
};
const listener: FakeResource = {
  type: "aws:lb/listener:Listener",
  name: "listener",
  props: {
    protocol: "HTTPS",
    sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    defaultActions: [{ type: "forward" }],
  },
};
const balancer: FakeResource = {
  type: "aws:lb/loadBalancer:LoadBalancer",
  name: "balancer",
  props: {
    arn: "lb",
    internal: false,
    accessLogs: { enabled: true },
    dropInvalidHeaderFields: true,
    enableDeletionProtection: true,
  },
};
const association: FakeResource = {
  type: "aws:wafv2/webAclAssociation:WebAclAssociation",
  name: "association",
  props: { resourceArn: "lb" },
};
const firewall: FakeResource = {
  type: "aws:wafv2/webAcl:WebAcl",
  name: "firewall",
  props: {
    rules: [
      { name: "common", overrideAction: { none: {} }, statement: { managedRuleGroupStatement: {} } },
      { name: "rate", action: { block: {} }, statement: { rateBasedStatement: {} } },
    ],
  },
};
const trail: FakeResource = {
  type: "aws:cloudtrail/trail:Trail",
  name: "trail",
  props: { isMultiRegionTrail: true, enableLogFileValidation: true, kmsKeyId: "k" },
};
const repository: FakeResource = {
  type: "aws:ecr/repository:Repository",
  name: "repository",
  props: {
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfigurations: [{ encryptionType: "KMS" }],
  },
};
const cluster: FakeResource = {
  type: "aws:eks/cluster:Cluster",
  name: "cluster",
  props: {
    vpcConfig: { endpointPublicAccess: false },
    encryptionConfig: {},
    enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
  },
};
const statement = (change: object): string =>
  json({ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*", ...change });

proves({
  rule: kmsRotation,
  good: [key],
  failing: [[{ enableKeyRotation: false }, /never rotated/]],
  boundary: [
    [{ enableKeyRotation: REMOVED }, /never rotated/],
    [{ enableKeyRotation: REMOVED, customerMasterKeySpec: "RSA_2048" }],
  ],
  unknown: ["enableKeyRotation"],
});
proves({
  rule: awsSoftDeleteWindows,
  good: [key, secret],
  failing: [
    [{ deletionWindowInDays: 7 }, /7 days after/],
    [{ bypassPolicyLockoutSafetyCheck: true }, /locking everybody out/],
    [{ "#1.recoveryWindowInDays": 0 }, /secret is gone 0 days/],
  ],
  boundary: [
    [{ deletionWindowInDays: 30 }],
    [{ deletionWindowInDays: 29 }, /29/],
    [{ "#1.recoveryWindowInDays": 7 }],
    [{ "#1.recoveryWindowInDays": 6 }, /6 days/],
  ],
  unknown: ["deletionWindowInDays", "#1.recoveryWindowInDays"],
});
proves({
  rule: awsResourcePolicyNoStar,
  good: [key, bucketPolicy],
  failing: [
    [{ policy: statement({ Principal: "*" }) }, /Everybody is allowed s3:GetObject/],
    [{ policy: statement({ Principal: { AWS: ["*"] } }) }, /Everybody/],
  ],
  boundary: [
    [{ policy: statement({ Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }) }],
    [{ policy: REMOVED }],
    [
      { policy: statement({ Principal: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } }) },
      /Everybody/,
    ],
  ],
  unknown: ["policy"],
});
proves({
  rule: s3PublicBlock,
  good: [bucket, block],
  failing: [
    [[bucket], /not blocked/],
    [
      { "#1.blockPublicAcls": false, "#1.restrictPublicBuckets": REMOVED },
      /blockPublicAcls/,
      /restrictPublicBuckets/,
    ],
  ],
  boundary: [[{ "#1.bucket": "other" }, /not blocked/]],
  unknown: ["#1.blockPublicPolicy"],
});
proves({
  rule: s3EncryptionVersioning,
  good: [bucket, encryption, versioning],
  failing: [
    [[bucket], /No encryption/, /Old versions/],
    [{ "#1.rules.0.applyServerSideEncryptionByDefault.sseAlgorithm": "AES256" }, /Encryption is AES256/],
    [{ "#2.versioningConfiguration.status": "Suspended" }, /not enabled/],
    [{ "#1.rules.0.bucketKeyEnabled": REMOVED }, /asks for the key anew/],
  ],
  boundary: [
    [{ "tags.encryption": "aes256", "#1.rules.0.applyServerSideEncryptionByDefault.sseAlgorithm": "AES256" }],
  ],
  unknown: ["#2.versioningConfiguration.status"],
});
proves({
  rule: s3TlsOnly,
  good: [bucket, bucketPolicy],
  failing: [
    [[bucket], /No policy refuses/],
    [{ "#1.policy": statement({ Principal: { AWS: "x" } }) }, /not refused/],
  ],
  boundary: [
    [
      { "#1.policy": json({ ...tls, Condition: { Bool: { "aws:SecureTransport": "true" } } }) },
      /not refused/,
    ],
  ],
  unknown: ["#1.policy"],
});
proves({
  rule: s3NoForceDestroy,
  good: [bucket],
  failing: [[{ forceDestroy: true }, /destroyed with everything/]],
  boundary: [[{ forceDestroy: false }]],
  unknown: ["forceDestroy"],
});
proves({
  rule: s3EvidenceObjectLock,
  good: [bucket, objectLock],
  failing: [
    [{ objectLockEnabled: false }, /overwritten and deleted/],
    [[bucket], /No retention/],
  ],
  boundary: [
    [{ "#1.rule.defaultRetention.days": 0 }, /Kept 0 days/],
    [{ "#1.rule.defaultRetention": { years: 1 } }],
    [{ "tags.purpose": "backups", objectLockEnabled: false }],
  ],
  unknown: ["objectLockEnabled", "#1.rule"],
});
proves({
  rule: snsEncrypted,
  good: [topic],
  failing: [[{ kmsMasterKeyId: REMOVED }, /not encrypted/]],
  boundary: [[{ kmsMasterKeyId: REMOVED }, /not encrypted/]],
  unknown: [],
  unknownIsSet: ["kmsMasterKeyId"],
});
proves({
  rule: snsPolicy,
  good: [topic, subscription],
  failing: [
    [{ policy: statement({ Principal: "*", Action: "sns:Publish" }) }, /Everybody may send/, /Plain text/],
    [{ "#1.protocol": "http" }, /plain text/],
  ],
  boundary: [
    [
      {
        policy: json(
          { Effect: "Allow", Principal: "*", Condition: { StringEquals: { "aws:SourceAccount": "1" } } },
          tls,
        ),
      },
    ],
  ],
  unknown: ["policy", "#1.protocol"],
});
proves({
  rule: cwLogRetention,
  good: [logs],
  failing: [
    [{ retentionInDays: 30 }, /kept 30 days, at least 90/],
    [{ tags: { purpose: "audit" } }, /at least 365/],
  ],
  boundary: [
    [{ retentionInDays: 89 }, /89/],
    [{ retentionInDays: REMOVED }, /never removed/],
    [{ retentionInDays: 365, tags: { purpose: "audit" } }],
  ],
  unknown: ["retentionInDays"],
});
proves({
  rule: cwLogCmk,
  good: [logs],
  failing: [[{ kmsKeyId: REMOVED }, /default key/]],
  boundary: [[{ kmsKeyId: REMOVED }, /default key/]],
  unknown: [],
  unknownIsSet: ["kmsKeyId"],
});
proves({
  rule: cwAlarmActions,
  good: [alarm],
  failing: [
    [{ alarmActions: REMOVED }, /tells nobody/],
    [{ actionsEnabled: false }, /mute/],
    [{ treatMissingData: "notBreaching" }, /Missing figures/],
  ],
  boundary: [[{ alarmActions: [] }, /tells nobody/], [{ treatMissingData: REMOVED, tags: {} }]],
  unknown: ["actionsEnabled", "treatMissingData"],
  unknownIsSet: ["alarmActions"],
});
proves({
  rule: iamNoAdminWildcard,
  good: [rights, role],
  failing: [
    [{ policy: statement({ Action: "*", Resource: "*" }) }, /\* is allowed on everything/],
    [{ policy: statement({ Action: ["s3:*"], Resource: ["*"] }) }, /s3:\* is allowed/],
    [{ policy: statement({ Action: undefined, NotAction: "iam:*" }) }, /NotAction/],
    [{ "#1.inlinePolicies": [{ policy: statement({ Action: "*:*" }) }] }, /inlinePolicies\[0\]/],
    [{ "#1.managedPolicyArns": ["arn:aws:iam::aws:policy/PowerUserAccess"] }, /PowerUserAccess is attached/],
    [
      {
        type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        policyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess",
      },
      /AmazonS3FullAccess is attached/,
    ],
  ],
  boundary: [
    [{ policy: statement({ Action: "s3:*" }) }],
    [{ policy: statement({ Effect: "Deny", Action: "*", Resource: "*" }) }],
    [{ policy: statement({ Action: "s3:Get*", Resource: "*" }) }],
    [{ "#1.managedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"] }],
  ],
  unknown: ["policy"],
});
proves({
  rule: iamDestructiveScoped,
  good: [rights],
  failing: [
    [
      { policy: statement({ Action: ["rds:DeleteDBInstance", "kms:ScheduleKeyDeletion"], Resource: "*" }) },
      /rds:DeleteDBInstance, kms:ScheduleKeyDeletion/,
    ],
  ],
  boundary: [
    [
      {
        policy: statement({
          Action: "rds:DeleteDBInstance",
          Resource: "arn:aws:rds:eu-central-1:1:db:scratch",
        }),
      },
    ],
    [{ policy: statement({ Action: "s3:DeleteBucket", Resource: "arn:aws:s3:::*" }) }, /s3:DeleteBucket/],
  ],
  unknown: ["policy"],
});
proves({
  rule: iamTrustPolicy,
  good: [role],
  failing: [
    [
      { assumeRolePolicy: json({ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }) },
      /Everybody may take/,
    ],
    [
      {
        assumeRolePolicy: json({
          Effect: "Allow",
          Principal: { Federated: "x" },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: { StringLike: { "oidc:sub": "system:serviceaccount:*" } },
        }),
      },
      /sub is not compared/,
      /aud is not compared/,
    ],
    [
      { assumeRolePolicy: statement({ Principal: { AWS: "arn:aws:iam::999988887777:root" } }) },
      /999988887777:root may take the role without an external id/,
    ],
  ],
  boundary: [
    [
      {
        assumeRolePolicy: statement({
          Principal: { AWS: "999988887777" },
          Condition: { StringEquals: { "sts:ExternalId": "orders" } },
        }),
      },
    ],
    [
      {
        assumeRolePolicy: json({
          Effect: "Allow",
          Principal: { Service: "backup.amazonaws.com" },
          Action: "sts:AssumeRole",
        }),
      },
    ],
  ],
  unknown: ["assumeRolePolicy"],
});
proves({
  rule: iamNoUsers,
  good: [role],
  failing: [[{ type: "aws:iam/accessKey:AccessKey" }, /AccessKey is a lasting/]],
  boundary: [[{ type: "aws:iam/userPolicy:UserPolicy" }, /UserPolicy/], [{ type: "aws:iam/group:Group" }]],
  unknown: [],
});
proves({
  rule: sgNoWorldIngress,
  good: [group, groupRule],
  failing: [
    [{ "ingress.0.fromPort": 22, "ingress.0.toPort": 22 }, /0\.0\.0\.0\/0 may come in on tcp 22-22/],
    [{ tags: {} }, /tcp 443-443/],
    [{ "#1.cidrIpv6": "::/0" }, /::\/0 may come in/],
    [
      [
        {
          type: "aws:ec2/securityGroupRule:SecurityGroupRule",
          props: { type: "ingress", protocol: "-1", cidrBlocks: ["0.0.0.0/0"] },
        },
      ],
      /every port/,
    ],
  ],
  boundary: [
    [{ "ingress.0.fromPort": 80, "ingress.0.toPort": 80 }],
    [{ "ingress.0.toPort": 444 }, /443-444/],
    [{ "ingress.0.cidrBlocks": ["0.0.0.0/1"], tags: {} }],
  ],
  unknown: ["ingress.0.cidrBlocks"],
});
proves({
  rule: sgDbIngressByReference,
  good: [group, groupRule],
  failing: [[{ "#1.cidrIpv4": "10.0.0.0/16" }, /10\.0\.0\.0\/16 reach the database/]],
  boundary: [
    [{ "ingress.0.fromPort": 5432, "ingress.0.toPort": 5432 }, /reach the database/],
    [{ "ingress.0.fromPort": 5433, "ingress.0.toPort": 6000 }],
    [{ "ingress.0.fromPort": 0, "ingress.0.toPort": 65535 }, /reach/],
  ],
  unknown: ["ingress.0.cidrBlocks"],
});
proves({
  rule: sgDescription,
  good: [group],
  failing: [[{ description: REMOVED }, /No description/]],
  boundary: [
    [{ description: "" }, /No description/],
    [{ description: "Managed by Pulumi" }, /No description/],
  ],
  unknown: ["description"],
});
proves({
  rule: albHttpsOnly,
  good: [listener],
  failing: [[{ protocol: "HTTP" }, /serves HTTP/]],
  boundary: [
    [{ protocol: "HTTP", defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS" } }] }],
    [{ protocol: REMOVED }, /serves HTTP/],
    [
      { protocol: "HTTP", defaultActions: [{ type: "redirect", redirect: { protocol: "HTTP" } }] },
      /serves HTTP/,
    ],
  ],
  unknown: ["protocol"],
});
proves({
  rule: albTlsPolicy,
  good: [listener],
  failing: [[{ sslPolicy: REMOVED }, /the default/]],
  boundary: [
    [{ sslPolicy: "ELBSecurityPolicy-TLS-1-2-2017-01" }, /TLS-1-2-2017/],
    [{ sslPolicy: "ELBSecurityPolicy-TLS13-1-0-2021-06" }, /1-0-2021/],
  ],
  unknown: ["sslPolicy"],
});
proves({
  rule: albHardened,
  good: [balancer],
  failing: [
    [
      { accessLogs: REMOVED, dropInvalidHeaderFields: false, enableDeletionProtection: REMOVED },
      /not logged/,
      /Malformed/,
      /Deletion protection/,
    ],
  ],
  boundary: [
    [{ "accessLogs.enabled": false }, /not logged/],
    [{ desyncMitigationMode: "defensive" }],
    [{ desyncMitigationMode: "monitor" }, /one thing to one server/],
  ],
  unknown: ["accessLogs.enabled"],
});
proves({
  rule: wafAttached,
  good: [balancer, association],
  failing: [[[balancer], /No web firewall/]],
  boundary: [
    [{ internal: true, "#1.resourceArn": "other" }],
    [{ "#1.resourceArn": "other" }, /No web firewall/],
  ],
  unknown: ["#1.resourceArn"],
});
proves({
  rule: wafRules,
  good: [firewall],
  failing: [
    [{ rules: [] }, /No managed/, /No rate limit/],
    [{ "rules.1.action": { count: {} } }, /rate only counts/],
  ],
  boundary: [[{ "rules.0.overrideAction": { count: {} } }, /common only counts/]],
  unknown: ["rules"],
});
proves({
  rule: trailHardened,
  good: [trail],
  failing: [
    [{ isMultiRegionTrail: false, kmsKeyId: REMOVED }, /isMultiRegionTrail/, /not encrypted/],
    [{ enableLogging: false }, /switched off/],
    [{ includeGlobalServiceEvents: false }, /not recorded/],
  ],
  boundary: [[{ enableLogFileValidation: REMOVED }, /enableLogFileValidation/]],
  unknown: ["isMultiRegionTrail"],
  unknownIsSet: ["kmsKeyId"],
});
proves({
  rule: imgEcrHardening,
  good: [repository],
  failing: [
    [{ imageTagMutability: "MUTABLE", forceDelete: true }, /moved to other/, /deleted with its images/],
    [
      { imageScanningConfiguration: REMOVED, encryptionConfigurations: REMOVED },
      /not scanned/,
      /not encrypted/,
    ],
  ],
  boundary: [
    [{ imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" }],
    [{ imageTagMutability: REMOVED }, /moved/],
  ],
  unknown: ["imageTagMutability"],
});
proves({
  rule: eksHardening,
  good: [cluster],
  failing: [
    [{ vpcConfig: {} }, /open to the world/],
    [{ encryptionConfig: REMOVED }, /not encrypted/],
    [{ enabledClusterLogTypes: ["api"] }, /audit, authenticator, controllerManager, scheduler/],
  ],
  boundary: [
    [{ vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] } }],
    [{ vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["0.0.0.0/0"] } }, /open to the world/],
  ],
  unknown: ["vpcConfig.endpointPublicAccess"],
});
