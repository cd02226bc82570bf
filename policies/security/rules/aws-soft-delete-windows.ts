import { resourceRule } from "../../frame/rule";

export const awsSoftDeleteWindows = resourceRule({
  name: "aws-soft-delete-windows",
  title: "Deleted keys and secrets can be brought back for a while.",
  severity: "high",
  level: "mandatory",
  controls: [],
  remediation: "Leave the window out or make it longer.",
  configuration: {
    properties: {
      keyDays: { type: "integer", minimum: 7, maximum: 30, default: 30, description: "Days for keys." },
      secretDays: { type: "integer", minimum: 7, maximum: 30, default: 7, description: "Days for secrets." },
    },
  },
  types: ["aws:kms/key:Key", "aws:secretsmanager/secret:Secret"],
  check({ type, props }, findings, { keyDays, secretDays }) {
    if (type === "aws:kms/key:Key") {
      findings.part(() => {
        const days = props.deletionWindowInDays as number | undefined;
        if (days !== undefined && days < Number(keyDays))
          findings.report(
            `The key is gone ${days} days after its deletion, at least ${keyDays} are wanted.`,
            "deletionWindowInDays",
          );
      });
      findings.part(() => {
        if (props.bypassPolicyLockoutSafetyCheck === true)
          findings.report(
            "The check against locking everybody out is switched off.",
            "bypassPolicyLockoutSafetyCheck",
          );
      });
      return;
    }
    const days = props.recoveryWindowInDays as number | undefined;
    if (days !== undefined && days < Number(secretDays))
      findings.report(
        `The secret is gone ${days} days after its deletion, at least ${secretDays} are wanted.`,
        "recoveryWindowInDays",
      );
  },
});
