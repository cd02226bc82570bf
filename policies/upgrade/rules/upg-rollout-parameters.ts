import { type Properties, resourceRule } from "../../frame/rule";
import { isDeployment, roleOf } from "../relations";

const isZero = (value: unknown): boolean => value === 0 || value === "0" || value === "0%";

function rolling(spec: Properties | undefined, kind: "service" | "worker"): string | undefined {
  const { type = "RollingUpdate", rollingUpdate } = spec?.strategy ?? {};
  if (type !== "RollingUpdate") return "Every Pod would stop before the first new one runs.";
  // Kubernetes takes a quarter away when nothing is said.
  if (kind === "service" && !isZero(rollingUpdate?.maxUnavailable ?? "25%"))
    return "A rollout would take away Pods that serve customers.";
  if (kind === "service" && isZero(rollingUpdate?.maxSurge ?? "25%"))
    return "A rollout could neither add a Pod nor take one away.";
  return undefined;
}

export const upgRolloutParameters = resourceRule({
  name: "upg-rollout-parameters",
  title: "A rollout adds Pods before it takes any away, believes them after a while, and fails in time.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation:
    "Use RollingUpdate with maxUnavailable 0 (services) and maxSurge 1, minReadySeconds, and progressDeadlineSeconds between 60 and 1800.",
  configuration: {
    properties: {
      minimumReadySeconds: { type: "integer", minimum: 0, default: 1, description: "Least minReadySeconds." },
    },
  },
  types: isDeployment,
  check(subject, findings, { minimumReadySeconds }) {
    const { spec } = subject.props;
    findings.part(() => {
      const fault = rolling(spec, roleOf(subject));
      if (fault !== undefined) findings.report(fault, "spec.strategy");
    });
    findings.part(() => {
      const ready = spec?.minReadySeconds ?? 0;
      if (ready < Number(minimumReadySeconds))
        findings.report(
          `A Pod counts after ${ready} s of being ready, at least ${minimumReadySeconds} s are wanted.`,
          "spec.minReadySeconds",
        );
    });
    findings.part(() => {
      const deadline = spec?.progressDeadlineSeconds;
      if (typeof deadline !== "number" || deadline < 60 || deadline > 1800)
        findings.report(`A stuck rollout fails after ${deadline ?? 600} s.`, "spec.progressDeadlineSeconds");
      else if (deadline <= (spec?.minReadySeconds ?? 0))
        findings.report("A rollout would fail before its first Pod counts.", "spec.progressDeadlineSeconds");
    });
  },
});
