import { resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

export const k8sPssPrivileged = resourceRule({
  name: "k8s-pss-privileged",
  title: "Containers are not privileged.",
  severity: "critical",
  level: "mandatory",
  controls: [
    { framework: "Pod Security Standards", id: "baseline" },
    { framework: "CIS Kubernetes", id: "5.2.2" },
  ],
  remediation: "Remove privileged.",
  types: carriesPod,
  check(subject, findings) {
    eachContainer(subject, findings, (container, path) => {
      if (container.securityContext?.privileged === true)
        findings.report(`Container ${container.name} is privileged.`, `${path}.securityContext.privileged`);
    });
  },
});
