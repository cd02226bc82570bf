import { stackRule } from "../../frame/rule";
import { known, ofType, refersTo } from "../aws/relations";

export const secSmRotation = stackRule({
  name: "sec-sm-rotation",
  title: "Secrets are rotated.",
  severity: "medium",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "SecretsManager.1" },
    { framework: "PCI DSS", id: "8.6.3" },
  ],
  remediation:
    "Add a SecretRotation of at most 90 days, or tag the secret rotated-by with the program that does it.",
  check(resources, findings) {
    const rotations = ofType(resources, "aws:secretsmanager/secretRotation:SecretRotation");
    findings.each(ofType(resources, "aws:secretsmanager/secret:Secret"), (secret) => {
      const rotation = rotations.find((candidate) => refersTo(candidate, "secretId", secret));
      if (rotation === undefined) {
        if (known(() => secret.props.tags?.["rotated-by"]) === undefined)
          findings.blame(secret, "Nothing rotates the secret.");
        return;
      }
      const days = rotation.props.rotationRules?.automaticallyAfterDays as number | undefined;
      if (days === undefined || days > 90)
        findings.blame(
          rotation,
          `Rotated every ${days ?? "unknown number of"} days.`,
          "rotationRules.automaticallyAfterDays",
        );
    });
  },
});
