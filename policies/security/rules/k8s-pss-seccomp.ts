import { resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

export const k8sPssSeccomp = resourceRule({
  name: "k8s-pss-seccomp",
  title: "System calls are filtered.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "Pod Security Standards", id: "restricted" },
    { framework: "CIS Kubernetes", id: "5.7.2" },
  ],
  remediation: "Set seccompProfile.type to RuntimeDefault on the pod.",
  types: carriesPod,
  check(subject, findings) {
    eachContainer(subject, findings, (container, path, pod) => {
      const type =
        container.securityContext?.seccompProfile?.type ?? pod.spec.securityContext?.seccompProfile?.type;
      if (type !== "RuntimeDefault" && type !== "Localhost")
        findings.report(
          `Container ${container.name} has no system call filter.`,
          `${path}.securityContext.seccompProfile.type`,
        );
    });
  },
});
