import { stackRule } from "../../frame/rule";
import { isProduction, upgradeIn } from "../facts";
import { deployments, replicasOf, roleOf } from "../relations";

export const upgReplicas = stackRule({
  name: "upg-replicas",
  title: "In production every service that runs has two Pods or more.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "NSA Kubernetes", id: "resilience" }],
  remediation:
    "Raise replicas in the release's manifest, minReplicas of the autoscaler, or cluster.maximumReplicas.",
  configuration: {
    properties: {
      minimum: { type: "integer", minimum: 1, default: 2, description: "Least Pods of a service." },
    },
  },
  check(resources, findings, { minimum }) {
    const facts = upgradeIn(resources);
    if (facts === undefined || !isProduction(facts)) return;
    const least = Number(minimum);
    findings.each(deployments(resources), (one) => {
      const replicas = replicasOf(one);
      if (roleOf(one) === "service" && replicas > 0 && replicas < least)
        findings.blame(one, `${replicas} Pod serves, at least ${least} are wanted.`, "spec.replicas");
    });
    const scalers = resources.filter(({ type }) =>
      /^kubernetes:autoscaling\/v\d\w*:HorizontalPodAutoscaler(Patch)?$/.test(type),
    );
    findings.each(scalers, (one) => {
      const floor = Number(one.props.spec?.minReplicas ?? 1);
      if (floor < least)
        findings.blame(
          one,
          `It may scale down to ${floor}, at least ${least} are wanted.`,
          "spec.minReplicas",
        );
    });
  },
});
