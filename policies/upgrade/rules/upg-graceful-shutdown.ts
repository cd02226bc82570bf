import { resourceRule } from "../../frame/rule";
import { elements, isDeployment, roleOf } from "../relations";

export const upgGracefulShutdown = resourceRule({
  name: "upg-graceful-shutdown",
  title: "A Pod that is told to stop serves on until every load balancer knows, and has time to finish.",
  severity: "medium",
  level: "advisory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation:
    "Give services a preStop hook that waits, and terminationGracePeriodSeconds well above its wait.",
  configuration: {
    properties: {
      minimumGraceSeconds: {
        type: "integer",
        minimum: 1,
        default: 10,
        description: "Least seconds between the end of the preStop hook and the end by force.",
      },
    },
  },
  types: isDeployment,
  check(subject, findings, { minimumGraceSeconds }) {
    const pod = subject.props.spec?.template?.spec;
    if (pod === undefined) return;
    const containers = elements(pod.containers);
    findings.part(() => {
      const waits = containers.some(({ lifecycle }) => lifecycle?.preStop !== undefined);
      if (roleOf(subject) === "service" && !waits)
        findings.report(
          "Requests on their way to a stopping Pod would be cut.",
          "spec.template.spec.containers[0].lifecycle",
        );
    });
    findings.part(() => {
      const wait = Math.max(
        0,
        ...containers.map(({ lifecycle }) => Number(lifecycle?.preStop?.sleep?.seconds ?? 0)),
      );
      // Kubernetes waits 30 s when nothing is said.
      const grace = Number(pod.terminationGracePeriodSeconds ?? 30);
      if (grace - wait < Number(minimumGraceSeconds))
        findings.report(
          `A Pod has ${grace - wait} s to finish, at least ${minimumGraceSeconds} s are wanted.`,
          "spec.template.spec.terminationGracePeriodSeconds",
        );
    });
  },
});
