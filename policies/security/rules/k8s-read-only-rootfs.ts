import { resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

export const k8sReadOnlyRootfs = resourceRule({
  name: "k8s-read-only-rootfs",
  title: "Containers cannot write to their own file system.",
  severity: "medium",
  level: "mandatory",
  controls: [
    { framework: "NSA Kubernetes", id: "immutable container file systems" },
    { framework: "PCI DSS", id: "2.2.6" },
  ],
  remediation: "Set readOnlyRootFilesystem: true and mount an emptyDir where files are written.",
  types: carriesPod,
  check(subject, findings) {
    eachContainer(subject, findings, (container, path) => {
      if (container.securityContext?.readOnlyRootFilesystem !== true)
        findings.report(
          `Container ${container.name} can write to its own file system.`,
          `${path}.securityContext.readOnlyRootFilesystem`,
        );
    });
  },
});
