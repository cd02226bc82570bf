import { resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

export const k8sPssProcMount = resourceRule({
  name: "k8s-pss-proc-mount",
  title: "Containers see the masked /proc.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "Pod Security Standards", id: "baseline" }],
  remediation: "Remove procMount.",
  types: carriesPod,
  check(subject, findings) {
    eachContainer(subject, findings, (container, path) => {
      const mount = container.securityContext?.procMount;
      if (mount !== undefined && mount !== "Default")
        findings.report(
          `Container ${container.name} mounts /proc as ${mount}.`,
          `${path}.securityContext.procMount`,
        );
    });
  },
});
