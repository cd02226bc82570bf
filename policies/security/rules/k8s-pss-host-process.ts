import { resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer, podOf } from "../kubernetes/pod";

export const k8sPssHostProcess = resourceRule({
  name: "k8s-pss-host-process",
  title: "Containers are not Windows host processes.",
  severity: "critical",
  level: "mandatory",
  controls: [
    { framework: "Pod Security Standards", id: "baseline" },
    { framework: "CIS Kubernetes", id: "5.2.11" },
  ],
  remediation: "Remove windowsOptions.hostProcess.",
  types: carriesPod,
  check(subject, findings) {
    findings.part(() => {
      const pod = podOf(subject);
      if (pod?.spec.securityContext?.windowsOptions?.hostProcess === true)
        findings.report(
          "The pod runs as a host process.",
          `${pod.path}.securityContext.windowsOptions.hostProcess`,
        );
    });
    eachContainer(subject, findings, (container, path) => {
      if (container.securityContext?.windowsOptions?.hostProcess === true)
        findings.report(
          `Container ${container.name} runs as a host process.`,
          `${path}.securityContext.windowsOptions.hostProcess`,
        );
    });
  },
});
