import { always, arnId, arnPattern, capitals, pattern, tagsAll, uuid } from "../identifiers";
import type { Kind } from "../kind";
import { text } from "../resources";
import { policyDocument } from "../validation/policy-document";
import { arn, matches, oneOf, range, size } from "../validation/rules";
import { name } from "./common";

const IAM_NAME = matches(/^[\w+=,.@-]+$/, "letters, digits and +=,.@_-");
const IAM_PATH = matches(/^\/([!-~]+\/)?$/, "a path that begins and ends with /");
const POLICY_ARN = (value: unknown): string | undefined =>
  typeof value === "string" && /^arn:aws[\w-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/.test(value)
    ? undefined
    : `expected the ARN of a policy, got ${JSON.stringify(value)}`;

/** Keys and identities: KMS, IAM, access to EKS. */
export const IDENTITY: readonly Kind[] = [
  {
    token: "aws:kms/key:Key",
    replace: ["customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId", "region"],
    defaults: { customerMasterKeySpec: "SYMMETRIC_DEFAULT", keyUsage: "ENCRYPT_DECRYPT", isEnabled: true },
    rules: {
      deletionWindowInDays: range(7, 30),
      rotationPeriodInDays: range(90, 2560),
      keyUsage: oneOf("ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"),
      policy: policyDocument("resource"),
      description: size(0, 8192),
    },
    id: ({ seed }) => uuid(seed),
    computed: {
      arn: arnPattern("kms", "key/{id}"),
      keyId: ({ id }) => id,
      policy: ({ inputs, account }) => inputs.policy ?? defaultKeyPolicy(account.id),
      tagsAll,
    },
  },
  {
    token: "aws:kms/alias:Alias",
    required: ["targetKeyId"],
    naming: { property: "name", prefixProperty: "namePrefix", maximum: 256 },
    replace: ["name", "namePrefix", "region"],
    rules: {
      name: matches(/^alias\/(?!aws\/)[\w/-]+$/, "alias/ and letters, digits and /_-, not alias/aws/"),
    },
    unique: (inputs) => text(inputs, "name"),
    id: pattern("{name}"),
    computed: {
      arn: arnPattern("kms", "{name}"),
      targetKeyArn: (draft) => {
        const target = text(draft.inputs, "targetKeyId");
        return target.startsWith("arn:") ? target : arnPattern("kms", `key/${target}`)(draft);
      },
    },
  },
  {
    token: "aws:iam/role:Role",
    required: ["assumeRolePolicy"],
    naming: name(64),
    replace: ["name", "namePrefix", "path"],
    defaults: { path: "/", maxSessionDuration: 3600, forceDetachPolicies: false },
    rules: {
      name: [IAM_NAME, size(1, 64)],
      path: IAM_PATH,
      assumeRolePolicy: policyDocument("trust"),
      maxSessionDuration: range(3600, 43_200),
      permissionsBoundary: POLICY_ARN,
      "managedPolicyArns[*]": POLICY_ARN,
      "inlinePolicies[*].policy": policyDocument("identity"),
    },
    unique: (inputs) => text(inputs, "name"),
    id: pattern("{name}"),
    computed: {
      arn: arnPattern("iam", "role{path}{name}", "global"),
      createDate: ({ createdAt }) => createdAt,
      uniqueId: ({ seed }) => `AROA${capitals(seed, 17)}`,
      tagsAll,
    },
  },
  {
    token: "aws:iam/policy:Policy",
    required: ["policy"],
    naming: name(128),
    replace: ["name", "namePrefix", "path", "description"],
    defaults: { path: "/" },
    rules: {
      name: [IAM_NAME, size(1, 128)],
      path: IAM_PATH,
      policy: [policyDocument("identity"), size(1, 6144)],
    },
    unique: (inputs) => text(inputs, "name"),
    id: arnId("iam", "policy{path}{name}", "global"),
    computed: {
      arn: ({ id }) => id,
      attachmentCount: always(0),
      policyId: ({ seed }) => `ANPA${capitals(seed, 17)}`,
      tagsAll,
    },
  },
  {
    token: "aws:iam/rolePolicy:RolePolicy",
    required: ["policy", "role"],
    naming: name(128),
    replace: ["name", "namePrefix", "role"],
    rules: { policy: [policyDocument("identity"), size(1, 10_240)], name: IAM_NAME },
    id: pattern("{role}:{name}"),
    computed: {},
  },
  {
    token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    required: ["policyArn", "role"],
    replace: ["policyArn", "role"],
    rules: { policyArn: POLICY_ARN },
    id: pattern("{role}/{policyArn}"),
    computed: {},
  },
  {
    token: "aws:iam/instanceProfile:InstanceProfile",
    naming: name(128),
    replace: ["name", "namePrefix", "path"],
    defaults: { path: "/" },
    id: pattern("{name}"),
    computed: {
      arn: arnPattern("iam", "instance-profile{path}{name}", "global"),
      createDate: ({ createdAt }) => createdAt,
      uniqueId: ({ seed }) => `AIPA${capitals(seed, 17)}`,
      tagsAll,
    },
  },
  {
    token: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    required: ["clientIdLists", "url"],
    replace: ["url"],
    rules: { url: matches(/^https:\/\//, "a URL that begins with https://"), clientIdLists: size(1, 100) },
    id: ({ inputs, account }) =>
      `arn:aws:iam::${account.id}:oidc-provider/${text(inputs, "url").replace(/^https:\/\//, "")}`,
    computed: { arn: ({ id }) => id, thumbprintLists: ({ inputs }) => inputs.thumbprintLists ?? [], tagsAll },
  },
  {
    token: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    required: ["clusterName", "namespace", "roleArn", "serviceAccount"],
    replace: ["clusterName", "namespace", "serviceAccount", "region"],
    rules: { roleArn: arn("iam", /^role\//), targetRoleArn: arn("iam", /^role\//) },
    unique: (inputs) =>
      `${text(inputs, "clusterName")}/${text(inputs, "namespace")}/${text(inputs, "serviceAccount")}`,
    id: pattern("a-{seed:18}"),
    computed: {
      associationArn: arnPattern("eks", "podidentityassociation/{clusterName}/{id}"),
      associationId: ({ id }) => id,
      externalId: always(""),
      tagsAll,
    },
  },
  {
    token: "aws:eks/accessEntry:AccessEntry",
    required: ["clusterName", "principalArn"],
    replace: ["clusterName", "principalArn", "type", "region"],
    defaults: { type: "STANDARD" },
    rules: {
      principalArn: arn("iam"),
      type: oneOf(
        "STANDARD",
        "EC2_LINUX",
        "EC2_WINDOWS",
        "FARGATE_LINUX",
        "EC2",
        "HYBRID_LINUX",
        "HYPERPOD_LINUX",
      ),
    },
    id: pattern("{clusterName}:{principalArn}"),
    computed: {
      accessEntryArn: arnPattern("eks", "access-entry/{clusterName}/role/{account}/{uuid}"),
      createdAt: ({ createdAt }) => createdAt,
      modifiedAt: ({ createdAt }) => createdAt,
      userName: ({ inputs }) => inputs.userName ?? inputs.principalArn,
      kubernetesGroups: ({ inputs }) => inputs.kubernetesGroups ?? [],
      tagsAll,
    },
  },
  {
    token: "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    required: ["accessScope", "clusterName", "policyArn", "principalArn"],
    replace: ["accessScope", "clusterName", "policyArn", "principalArn", "region"],
    rules: {
      policyArn: matches(
        /^arn:aws:eks::aws:cluster-access-policy\/\w+$/,
        "the ARN of a cluster access policy",
      ),
      "accessScope.type": oneOf("cluster", "namespace"),
    },
    id: pattern("{clusterName}#{principalArn}#{policyArn}"),
    computed: { associatedAt: ({ createdAt }) => createdAt, modifiedAt: ({ createdAt }) => createdAt },
  },
  {
    token: "aws:eks/addon:Addon",
    required: ["addonName", "clusterName"],
    replace: ["addonName", "clusterName", "region"],
    rules: {
      resolveConflictsOnCreate: oneOf("NONE", "OVERWRITE"),
      resolveConflictsOnUpdate: oneOf("NONE", "OVERWRITE", "PRESERVE"),
    },
    id: pattern("{clusterName}:{addonName}"),
    computed: {
      arn: arnPattern("eks", "addon/{clusterName}/{addonName}/{uuid}"),
      addonVersion: ({ inputs }) => inputs.addonVersion ?? "v1.0.0-eksbuild.1",
      createdAt: ({ createdAt }) => createdAt,
      modifiedAt: ({ createdAt }) => createdAt,
      tagsAll,
    },
  },
];

function defaultKeyPolicy(account: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [
      {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });
}
