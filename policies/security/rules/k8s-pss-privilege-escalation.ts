import { resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

export const k8sPssPrivilegeEscalation = resourceRule({
  name: "k8s-pss-privilege-escalation",
  title: "Containers cannot gain rights after their start.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "Pod Security Standards", id: "restricted" },
    { framework: "CIS Kubernetes", id: "5.2.6" },
  ],
  remediation: "Set allowPrivilegeEscalation: false.",
  types: carriesPod,
  check(subject, findings) {
    eachContainer(subject, findings, (container, path) => {
      if (container.securityContext?.allowPrivilegeEscalation !== false)
        findings.report(
          `Container ${container.name} may gain rights.`,
          `${path}.securityContext.allowPrivilegeEscalation`,
        );
    });
  },
});
