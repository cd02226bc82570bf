import { resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer, podOf } from "../kubernetes/pod";

export const k8sPssRunAsUser = resourceRule({
  name: "k8s-pss-run-as-user",
  title: "No container names the root user.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "Pod Security Standards", id: "restricted" }],
  remediation: "Use a user id above 0.",
  types: carriesPod,
  check(subject, findings) {
    findings.part(() => {
      const pod = podOf(subject);
      if (pod?.spec.securityContext?.runAsUser === 0)
        findings.report("The pod runs as user 0.", `${pod.path}.securityContext.runAsUser`);
    });
    eachContainer(subject, findings, (container, path) => {
      if (container.securityContext?.runAsUser === 0)
        findings.report(`Container ${container.name} runs as user 0.`, `${path}.securityContext.runAsUser`);
    });
  },
});
