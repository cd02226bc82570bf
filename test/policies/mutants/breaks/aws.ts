import { type Break, firstAllowed, REMOVED, withStatement } from "./break";

const DATABASE = /^aws:rds\/instance:Instance$/;
const isMain = ({ name }: { name: string }) => name === "database";

const database = (path: string, ...to: unknown[]): Break => ({ types: DATABASE, of: isMain, path, to });

const databases: Break[] = [
  database("storageEncrypted", false, REMOVED),
  database("kmsKeyId", REMOVED),
  database("publiclyAccessible", true),
  database("dbSubnetGroupName", REMOVED),
  database("deletionProtection", false, REMOVED),
  database("backupRetentionPeriod", 0, 1, 6, REMOVED),
  database("skipFinalSnapshot", true),
  database("finalSnapshotIdentifier", REMOVED),
  database("deleteAutomatedBackups", true, REMOVED),
  database("copyTagsToSnapshot", false, REMOVED),
  database("multiAz", false, REMOVED),
  database("parameterGroupName", REMOVED, "default.postgres17"),
  database("enabledCloudwatchLogsExports", REMOVED, []),
  database("iamDatabaseAuthenticationEnabled", false, REMOVED),
  database("autoMinorVersionUpgrade", REMOVED),
  database("monitoringInterval", 0, REMOVED),
  database("performanceInsightsEnabled", false, REMOVED),
  database("performanceInsightsKmsKeyId", REMOVED),
  database("passwordWo", REMOVED),
  database("password", "letmein-1234"),
  database("applyImmediately", true),
  { types: DATABASE, phase: "migrated", of: isMain, path: "allowMajorVersionUpgrade", to: [true] },
  {
    types: DATABASE,
    of: isMain,
    path: "caCertIdentifier",
    to: ["rds-ca-2019"],
    uncovered: "AWS itself takes no authority that has run out.",
  },
  { types: DATABASE, of: isMain, options: { protect: false } },
  { types: DATABASE, of: isMain, options: { deleteBeforeReplace: true } },
  { types: DATABASE, of: isMain, options: { ignoreChanges: ["*"] } },
  { types: DATABASE, of: isMain, options: { ignoreChanges: ["deletionProtection"] } },
  { types: DATABASE, of: isMain, options: { ignoreChanges: ["backupRetentionPeriod"] } },
  { types: DATABASE, of: ({ name }) => name === "scratch", path: "publiclyAccessible", to: [true] },
  { types: DATABASE, of: ({ name }) => name === "scratch", path: "storageEncrypted", to: [false] },
  { types: DATABASE, of: ({ name }) => name === "scratch", path: "dbSubnetGroupName", to: [REMOVED] },
  {
    types: /^aws:rds\/parameterGroup:ParameterGroup$/,
    path: "parameters",
    to: [
      (list: { name: string }[]) => list.filter(({ name }) => name !== "rds.force_ssl"),
      (list: { name: string }[]) =>
        list.map((one) => (one.name === "rds.force_ssl" ? { ...one, value: "0" } : one)),
    ],
  },
  {
    types: /^aws:rds\/parameterGroup:ParameterGroup$/,
    path: "parameters",
    to: [(list: { name: string }[]) => list.filter(({ name }) => !name.includes("pgaudit"))],
    uncovered: "The catalogue asks that the log is exported, not what the database writes into it.",
  },
  { types: /^aws:rds\/snapshot:Snapshot$/, path: "sharedAccounts", to: [["all"], ["444455556666"]] },
];

const BUCKET_PARTS = [
  "BucketPublicAccessBlock",
  "BucketServerSideEncryptionConfiguration",
  "BucketVersioning",
  "BucketPolicy",
];
const part = (name: string): RegExp => new RegExp(`:${name}$`);

const buckets: Break[] = [
  ...BUCKET_PARTS.map((name): Break => ({ types: part(name), gone: true })),
  ...["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].map(
    (path): Break => ({ types: part("BucketPublicAccessBlock"), path, to: [false, REMOVED] }),
  ),
  { types: part("BucketVersioning"), path: "versioningConfiguration.status", to: ["Suspended", "Disabled"] },
  {
    types: part("BucketServerSideEncryptionConfiguration"),
    of: ({ name }) => name !== "logs",
    path: "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm",
    to: ["AES256"],
  },
  {
    types: part("BucketServerSideEncryptionConfiguration"),
    of: ({ name }) => name !== "logs",
    path: "rules[0].bucketKeyEnabled",
    to: [false, REMOVED],
  },
  {
    types: part("BucketPolicy"),
    path: "policy",
    to: [
      withStatement({ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }),
      withStatement({ Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:*", Resource: "*" }),
      (text: string) => {
        const document = JSON.parse(text) as { Statement: { Effect: string }[] };
        return JSON.stringify({
          ...document,
          Statement: document.Statement.filter(({ Effect }) => Effect !== "Deny"),
        });
      },
    ],
  },
  { types: /^aws:s3\/bucket:Bucket$/, path: "forceDestroy", to: [true] },
  { types: /^aws:s3\/bucket:Bucket$/, options: { protect: false } },
  { types: /^aws:s3\/bucket:Bucket$/, options: { deleteBeforeReplace: true } },
  {
    types: /^aws:s3\/bucket:Bucket$/,
    of: ({ inputs }) => (inputs.tags as Record<string, string>).purpose === "evidence",
    path: "objectLockEnabled",
    to: [false, REMOVED],
  },
  {
    types: part("BucketObjectLockConfiguration"),
    of: ({ name }) => name === "evidence",
    gone: true,
  },
  {
    types: part("BucketObjectLockConfiguration"),
    of: ({ name }) => name === "evidence",
    path: "rule.defaultRetention",
    to: [{ mode: "GOVERNANCE", days: 1 }, REMOVED],
  },
  {
    types: part("BucketOwnershipControls"),
    path: "rule.objectOwnership",
    to: ["ObjectWriter"],
    uncovered: "Access lists are blocked by the public access block, which the catalogue covers.",
  },
];

const EVERYBODY = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };

const keysAndSecrets: Break[] = [
  { types: /^aws:kms\/key:Key$/, path: "enableKeyRotation", to: [false, REMOVED] },
  { types: /^aws:kms\/key:Key$/, path: "deletionWindowInDays", to: [7, 29] },
  { types: /^aws:kms\/key:Key$/, path: "bypassPolicyLockoutSafetyCheck", to: [true] },
  {
    types: /^aws:kms\/key:Key$/,
    path: "policy",
    of: ({ inputs }) => "policy" in inputs,
    to: [
      withStatement(EVERYBODY),
      withStatement({ ...EVERYBODY, Principal: { AWS: "*" } }),
      withStatement({ ...EVERYBODY, Principal: { AWS: ["*"] } }),
      firstAllowed({ Principal: "*" }),
    ],
  },
  { types: /^aws:kms\/key:Key$/, options: { protect: false } },
  { types: /^aws:secretsmanager\/secret:Secret$/, path: "kmsKeyId", to: [REMOVED] },
  { types: /^aws:secretsmanager\/secret:Secret$/, path: "recoveryWindowInDays", to: [0] },
  { types: /^aws:secretsmanager\/secret:Secret$/, path: "tags['rotated-by']", to: [REMOVED] },
];

const BACKUP = (kind: string): RegExp => new RegExp(`^aws:backup/${kind}`);

const backups: Break[] = [
  { types: BACKUP("vault:"), path: "kmsKeyArn", to: [REMOVED] },
  { types: BACKUP("vault:"), path: "forceDestroy", to: [true] },
  { types: BACKUP("vault:"), options: { protect: false } },
  { types: BACKUP("vaultLock"), gone: true },
  { types: BACKUP("vaultLock"), path: "minRetentionDays", to: [0, 1, REMOVED] },
  { types: BACKUP("vaultLock"), path: "changeableForDays", to: [3] },
  { types: BACKUP("vaultPolicy"), path: "policy", to: [withStatement(EVERYBODY)] },
  { types: BACKUP("vaultPolicy"), gone: true },
  { types: BACKUP("plan:"), path: "rules[0].lifecycle.deleteAfter", to: [1, 34] },
  { types: BACKUP("plan:"), path: "rules[0].schedule", to: ["cron(0 5 ? * SUN *)", REMOVED] },
  { types: BACKUP("plan:"), path: "rules[0].copyActions", to: [REMOVED, []] },
  { types: BACKUP("selection:"), gone: true },
  {
    types: BACKUP("selection:"),
    path: "resources",
    to: [["arn:aws:rds:eu-central-1:111122223333:db:other"]],
  },
  {
    types: BACKUP("restoreTestingPlan:"),
    gone: true,
    uncovered:
      "The catalogue asks for the proof of each upgrade (upg-restore-check-passed), not for AWS's weekly test.",
  },
];

const ALLOW_ALL = { Effect: "Allow", Action: "*", Resource: "*" };

const rights: Break[] = [
  {
    types: /^aws:iam\/rolePolicy:RolePolicy$/,
    path: "policy",
    to: [
      withStatement(ALLOW_ALL),
      withStatement({ ...ALLOW_ALL, Action: "s3:*" }),
      withStatement({ ...ALLOW_ALL, Action: ["rds:*"] }),
      withStatement({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }),
      withStatement({ ...ALLOW_ALL, Action: "kms:ScheduleKeyDeletion" }),
      withStatement({ ...ALLOW_ALL, Action: "rds:DeleteDBInstance" }),
      withStatement({ ...ALLOW_ALL, Action: "backup:DeleteRecoveryPoint" }),
      withStatement({ ...ALLOW_ALL, Action: "s3:DeleteBucket" }),
      withStatement({ ...ALLOW_ALL, Action: "iam:PassRole" }),
      withStatement({ ...ALLOW_ALL, Action: ["s3:GetObject", "kms:Decrypt"] }),
      withStatement({ ...ALLOW_ALL, Action: "secretsmanager:GetSecretValue" }),
      firstAllowed({ Resource: "*" }),
    ],
  },
  {
    types: /^aws:iam\/rolePolicyAttachment:RolePolicyAttachment$/,
    path: "policyArn",
    to: [
      "arn:aws:iam::aws:policy/AdministratorAccess",
      "arn:aws:iam::aws:policy/PowerUserAccess",
      "arn:aws:iam::aws:policy/IAMFullAccess",
    ],
  },
  {
    types: /^aws:iam\/role:Role$/,
    path: "assumeRolePolicy",
    to: [
      firstAllowed({ Principal: "*", Condition: undefined }),
      firstAllowed({ Principal: { AWS: "*" }, Condition: undefined }),
      firstAllowed({ Principal: { AWS: "arn:aws:iam::999988887777:root" }, Condition: undefined }),
      firstAllowed({
        Action: "sts:AssumeRoleWithWebIdentity",
        Principal: { Federated: "arn:aws:iam::111122223333:oidc-provider/oidc.example" },
        Condition: { StringLike: { "oidc.example:sub": "system:serviceaccount:*" } },
      }),
    ],
  },
  {
    types: /^aws:iam\/role:Role$/,
    path: "inlinePolicies",
    to: [[{ name: "all", policy: JSON.stringify({ Version: "2012-10-17", Statement: [ALLOW_ALL] }) }]],
  },
];

const ingress = (cidrIpv4: string, fromPort: number, toPort = fromPort, ipProtocol = "tcp") => ({
  description: "opened",
  ipProtocol,
  cidrIpv4,
  fromPort,
  toPort,
});
const INGRESS = /^aws:vpc\/securityGroupIngressRule:SecurityGroupIngressRule$/;
const isCustomers = ({ name }: { name: string }) => name.includes("customers");

const groups: Break[] = [
  {
    types: INGRESS,
    of: (one) => !isCustomers(one),
    path: "",
    to: [
      (before: object) => ({ ...before, ...ingress("0.0.0.0/0", 22), referencedSecurityGroupId: undefined }),
      (before: object) => ({
        ...before,
        ...ingress("0.0.0.0/0", 0, 65_535),
        referencedSecurityGroupId: undefined,
      }),
      (before: object) => ({
        ...before,
        ...ingress("10.0.0.0/8", 5432),
        referencedSecurityGroupId: undefined,
      }),
      (before: object) => ({ ...before, cidrIpv6: "::/0", referencedSecurityGroupId: undefined }),
    ],
  },
  { types: INGRESS, of: isCustomers, path: "fromPort", to: [0, 22] },
  { types: INGRESS, of: isCustomers, path: "ipProtocol", to: ["-1", "udp"] },
  { types: INGRESS, of: isCustomers, path: "tags.purpose", to: [REMOVED] },
  { types: /^aws:(vpc\/securityGroup|ec2\/securityGroup:)/, path: "description", to: [REMOVED, ""] },
  {
    types: /^aws:ec2\/securityGroup:SecurityGroup$/,
    path: "ingress",
    to: [
      [{ protocol: "tcp", fromPort: 5432, toPort: 5432, cidrBlocks: ["0.0.0.0/0"] }],
      [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
      [{ protocol: "tcp", fromPort: 22, toPort: 22, ipv6CidrBlocks: ["::/0"] }],
    ],
  },
  {
    types: /^aws:ec2\/securityGroup:SecurityGroup$/,
    of: ({ name }) => name.endsWith("database"),
    path: "egress",
    to: [[{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }]],
  },
];

const edge: Break[] = [
  { types: /:Listener$/, path: "protocol", to: ["HTTP", REMOVED] },
  {
    types: /:Listener$/,
    path: "sslPolicy",
    to: [REMOVED, "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS-1-0-2015-04"],
  },
  {
    types: /:LoadBalancer$/,
    of: ({ type }) => type.startsWith("aws:lb"),
    path: "dropInvalidHeaderFields",
    to: [false, REMOVED],
  },
  { types: /^aws:lb\/loadBalancer:/, path: "enableDeletionProtection", to: [false, REMOVED] },
  { types: /^aws:lb\/loadBalancer:/, path: "accessLogs", to: [REMOVED, { bucket: "logs", enabled: false }] },
  { types: /^aws:lb\/loadBalancer:/, path: "desyncMitigationMode", to: ["monitor"] },
  { types: /:WebAclAssociation$/, gone: true },
  {
    types: /:WebAcl$/,
    path: "rules",
    to: [
      [],
      (rules: { statement: object }[]) =>
        rules.filter(({ statement }) => !("rateBasedStatement" in statement)),
      (rules: { statement: object }[]) =>
        rules.filter(({ statement }) => !("managedRuleGroupStatement" in statement)),
      (rules: object[]) =>
        rules.map((rule) => ("overrideAction" in rule ? { ...rule, overrideAction: { count: {} } } : rule)),
      (rules: object[]) =>
        rules.map((rule) => ("action" in rule ? { ...rule, action: { count: {} } } : rule)),
    ],
  },
];

const watching: Break[] = [
  { types: /:MetricAlarm$|:CompositeAlarm$/, path: "actionsEnabled", to: [false] },
  { types: /:MetricAlarm$|:CompositeAlarm$/, path: "alarmActions", to: [REMOVED, []] },
  {
    types: /:MetricAlarm$/,
    of: ({ inputs }) => (inputs.tags as Record<string, string>).purpose === "release",
    path: "treatMissingData",
    to: [REMOVED, "notBreaching", "ignore"],
  },
  { types: /:LogGroup$/, path: "retentionInDays", to: [0, 1, 30, REMOVED] },
  { types: /:LogGroup$/, path: "kmsKeyId", to: [REMOVED] },
  { types: /^aws:sns\/topic:/, path: "kmsMasterKeyId", to: [REMOVED] },
  {
    types: /:TopicPolicy$/,
    path: "policy",
    to: [
      withStatement(EVERYBODY),
      firstAllowed({ Principal: "*", Condition: undefined }),
      (text: string) => {
        const document = JSON.parse(text) as { Statement: { Effect: string }[] };
        return JSON.stringify({
          ...document,
          Statement: document.Statement.filter(({ Effect }) => Effect !== "Deny"),
        });
      },
    ],
  },
  { types: /:TopicSubscription$/, path: "protocol", to: ["http"] },
  { types: /^aws:cloudtrail\/trail:/, path: "isMultiRegionTrail", to: [false, REMOVED] },
  { types: /^aws:cloudtrail\/trail:/, path: "enableLogFileValidation", to: [false, REMOVED] },
  { types: /^aws:cloudtrail\/trail:/, path: "enableLogging", to: [false] },
  { types: /^aws:cloudtrail\/trail:/, path: "includeGlobalServiceEvents", to: [false] },
  { types: /^aws:cloudtrail\/trail:/, path: "kmsKeyId", to: [REMOVED] },
  {
    types: /:FlowLog$/,
    gone: true,
    uncovered:
      "Whether flow logs are wanted is a parameter; the network belongs to the platform, not to this stack.",
  },
];

export const awsBreaks: readonly Break[] = [
  ...databases,
  ...buckets,
  ...keysAndSecrets,
  ...backups,
  ...rights,
  ...groups,
  ...edge,
  ...watching,
];
