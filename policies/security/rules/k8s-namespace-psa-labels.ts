import { resourceRule } from "../../frame/rule";

const PREFIX = "pod-security.kubernetes.io/";

export const k8sNamespacePsaLabels = resourceRule({
  name: "k8s-namespace-psa-labels",
  title: "Namespaces enforce the restricted pod security standard of a pinned version.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "CIS Kubernetes", id: "5.2.1" }],
  remediation:
    "Label the namespace with enforce, warn and audit = restricted and enforce-version = a version.",
  types: ["kubernetes:core/v1:Namespace", "kubernetes:core/v1:NamespacePatch"],
  check({ props }, findings) {
    const labels = props.metadata?.labels;
    for (const mode of ["enforce", "warn", "audit"]) {
      findings.part(() => {
        const level = labels?.[`${PREFIX}${mode}`];
        if (level !== "restricted")
          findings.report(
            `Pod security ${mode} is ${level ?? "not set"}.`,
            `metadata.labels[${PREFIX}${mode}]`,
          );
      });
    }
    findings.part(() => {
      if (!/^v1\.\d+$/.test(labels?.[`${PREFIX}enforce-version`] ?? ""))
        findings.report(
          "The version of the standard is not pinned.",
          `metadata.labels[${PREFIX}enforce-version]`,
        );
    });
  },
});
