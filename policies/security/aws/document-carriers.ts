import type { Findings, Subject } from "../../frame/rule";
import { type Statement, statementsOf } from "./policy-document";

/** Resources with rights for roles and people, and where the document lies. */
const IDENTITY: Readonly<Record<string, string>> = {
  "aws:iam/policy:Policy": "policy",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/groupPolicy:GroupPolicy": "policy",
  "aws:iam/userPolicy:UserPolicy": "policy",
};

/** Resources with rights on themselves, and where the document lies. */
const OWN: Readonly<Record<string, string>> = {
  "aws:kms/key:Key": "policy",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:backup/vaultPolicy:VaultPolicy": "policy",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
};

/** Resources that give a policy kept elsewhere to a role or to people. */
export const attachmentTypes: readonly string[] = [
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
];

/** Policies kept elsewhere that a resource gives away, by ARN. */
export function attachedPolicies({
  type,
  props,
}: Subject): { readonly arn: string; readonly path: string }[] {
  if (attachmentTypes.includes(type)) return [{ arn: String(props.policyArn ?? ""), path: "policyArn" }];
  if (type !== "aws:iam/role:Role") return [];
  return Array.from({ length: props.managedPolicyArns?.length ?? 0 }, (_, index) => ({
    arn: String(props.managedPolicyArns[index]),
    path: `managedPolicyArns[${index}]`,
  }));
}

export const identityTypes: readonly string[] = [...Object.keys(IDENTITY), "aws:iam/role:Role"];
export const resourcePolicyTypes: readonly string[] = Object.keys(OWN);

/** Runs a check on every statement of rights for roles and people, inline policies of roles included. */
export function eachIdentityStatement(
  { type, props }: Subject,
  findings: Findings,
  check: (statement: Statement, path: string) => void,
): void {
  if (type === "aws:iam/role:Role") {
    findings.each(props.inlinePolicies as readonly { policy?: string }[] | undefined, (inline, index) => {
      if (inline.policy !== undefined)
        for (const statement of statementsOf(inline.policy))
          check(statement, `inlinePolicies[${index}].policy`);
    });
    return;
  }
  for (const statement of statementsOf(props[IDENTITY[type] ?? "policy"])) check(statement, "policy");
}

/** Runs a check on every statement of a resource's own policy; resources without one have none. */
export function eachOwnStatement(
  { type, props }: Subject,
  findings: Findings,
  check: (statement: Statement, path: string) => void,
): void {
  const key = OWN[type] ?? "policy";
  if (!(key in props)) return;
  findings.part(() => {
    for (const statement of statementsOf(props[key])) check(statement, key);
  });
}
