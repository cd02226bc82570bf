import { resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

export const imgDigest = resourceRule({
  name: "img-digest",
  title: "Images are named by digest.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation: "Use REPOSITORY@sha256:DIGEST.",
  types: carriesPod,
  check(subject, findings) {
    eachContainer(subject, findings, (container, path) => {
      if (!/@sha256:[a-f0-9]{64}$/.test(container.image ?? ""))
        findings.report(
          `Container ${container.name} runs ${container.image ?? "no image"}, which can change.`,
          `${path}.image`,
        );
    });
  },
});
