import { resourceRule } from "../../frame/rule";

const FORBIDDEN = ["pulumi.com/skipAwait", "pulumi.com/patchForce"] as const;

export const upgAwaitNotSkipped = resourceRule({
  name: "upg-await-not-skipped",
  title: "An update waits until what it made is ready, and overrides no other owner's fields.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation: "Remove the annotation; raise customTimeouts where readiness takes long.",
  types: (type) => type.startsWith("kubernetes:"),
  check({ props }, findings) {
    for (const annotation of FORBIDDEN)
      findings.part(() => {
        const value = props.metadata?.annotations?.[annotation];
        if (value === "true" || value === true)
          findings.report(
            annotation === "pulumi.com/skipAwait"
              ? "The next step would begin before this one is ready."
              : "Fields that others own would be taken over.",
            `metadata.annotations["${annotation}"]`,
          );
      });
  },
});
