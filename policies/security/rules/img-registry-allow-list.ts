import { resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

export const imgRegistryAllowList = resourceRule({
  name: "img-registry-allow-list",
  title: "Images come from registries that the stack names.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "CIS Kubernetes", id: "5.5.1" }],
  remediation: "Mirror the image into an allowed registry, or add the registry to the pack's configuration.",
  configuration: {
    properties: {
      registries: {
        type: "array",
        items: { type: "string" },
        minItems: 1,
        default: ["registry.example.com"],
        description: "Prefixes of images, host first.",
      },
    },
  },
  types: carriesPod,
  check(subject, findings, configuration) {
    const allowed = configuration.registries as readonly string[];
    eachContainer(subject, findings, (container, path) => {
      const image = String(container.image ?? "");
      if (!allowed.some((prefix) => image.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`)))
        findings.report(
          `Container ${container.name} comes from ${image.split(/[@:]/)[0] || "nowhere"}.`,
          `${path}.image`,
        );
    });
  },
});
