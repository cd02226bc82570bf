import { resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

export const k8sPssRunAsNonRoot = resourceRule({
  name: "k8s-pss-run-as-non-root",
  title: "Containers do not run as root.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "Pod Security Standards", id: "restricted" },
    { framework: "CIS Kubernetes", id: "5.2.7" },
  ],
  remediation: "Set runAsNonRoot: true on the pod or on every container.",
  types: carriesPod,
  check(subject, findings) {
    eachContainer(subject, findings, (container, path, pod) => {
      const own = container.securityContext?.runAsNonRoot;
      if ((own ?? pod.spec.securityContext?.runAsNonRoot) !== true)
        findings.report(
          `Container ${container.name} may run as root.`,
          `${path}.securityContext.runAsNonRoot`,
        );
    });
  },
});
