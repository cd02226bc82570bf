import { resourceRule } from "../../frame/rule";

export const iamNoUsers = resourceRule({
  name: "iam-no-users",
  title: "The stack makes no users and no lasting keys.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "IAM.2" },
    { framework: "CIS AWS", id: "1.15" },
  ],
  remediation: "Use roles.",
  types: [
    "aws:iam/user:User",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/userLoginProfile:UserLoginProfile",
  ],
  check({ type }, findings) {
    findings.report(`A ${type.split(":").at(-1)} is a lasting credential.`);
  },
});
