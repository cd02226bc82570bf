import { resourceRule } from "../../frame/rule";
import { allowsEverybody, statementsOf } from "../aws/policy-document";

/** Conditions that tell who of an account may take the role. */
const NARROWS = ["sts:externalid", "aws:principalorgid", "aws:principalarn", "aws:principaltag"];

export const iamTrustPolicy = resourceRule({
  name: "iam-trust-policy",
  title: "Roles are taken by named principals only.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "7.2.2" }],
  remediation:
    "Name the principal; for service accounts compare :sub and :aud with StringEquals; for other accounts ask for an external id.",
  unknown: "wait",
  types: ["aws:iam/role:Role"],
  check({ props }, findings) {
    for (const statement of statementsOf(props.assumeRolePolicy)) {
      if (statement.effect !== "Allow") continue;
      if (allowsEverybody(statement)) findings.report("Everybody may take the role.", "assumeRolePolicy");
      const accounts = statement.principals.filter((principal) => /^AWS:(arn:|\d{12}$)/.test(principal));
      if (accounts.length > 0 && !statement.conditionKeys.some((key) => NARROWS.includes(key)))
        findings.report(
          `${accounts.join(", ").replaceAll("AWS:", "")} may take the role without an external id.`,
          "assumeRolePolicy",
        );
      if (!statement.principals.some((principal) => principal.startsWith("Federated:"))) continue;
      for (const claim of [":sub", ":aud"]) {
        const compared = statement.conditions.some(
          (condition) =>
            /^stringequals /.test(condition) &&
            (condition.split(" ")[1] ?? "").endsWith(claim) &&
            !condition.includes("*"),
        );
        if (!compared)
          findings.report(`The token's ${claim.slice(1)} is not compared exactly.`, "assumeRolePolicy");
      }
    }
  },
});
