import { resourceRule } from "../../frame/rule";

export const k8sNoOpaqueCharts = resourceRule({
  name: "k8s-no-opaque-charts",
  title: "Charts whose objects no rule can see are not used.",
  severity: "high",
  level: "mandatory",
  controls: [],
  remediation: "Use helm v4 Chart, or plain resources.",
  types: [
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:kustomize/v2:Directory",
    "kubernetes:yaml:ConfigFile",
    "kubernetes:yaml:ConfigGroup",
  ],
  check({ type }, findings) {
    findings.report(`The objects in a ${type.split(":").at(-1)} are hidden from every rule.`);
  },
});
