import { resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

/** Plain copy; reading an unknown element throws. */
const toList = (list: readonly string[] | undefined): string[] =>
  Array.from({ length: list?.length ?? 0 }, (_, index) => list?.[index] as string);

export const k8sPssCapabilities = resourceRule({
  name: "k8s-pss-capabilities",
  title: "Containers drop all capabilities and add none but NET_BIND_SERVICE.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "Pod Security Standards", id: "restricted" },
    { framework: "CIS Kubernetes", id: "5.2.8" },
  ],
  remediation: 'Set capabilities.drop to ["ALL"]; add NET_BIND_SERVICE at most.',
  types: carriesPod,
  check(subject, findings) {
    eachContainer(subject, findings, (container, path) => {
      const capabilities = container.securityContext?.capabilities;
      findings.part(() => {
        if (!toList(capabilities?.drop).includes("ALL"))
          findings.report(
            `Container ${container.name} keeps capabilities.`,
            `${path}.securityContext.capabilities.drop`,
          );
      });
      findings.part(() => {
        const added = toList(capabilities?.add).filter((capability) => capability !== "NET_BIND_SERVICE");
        if (added.length > 0)
          findings.report(
            `Container ${container.name} adds ${added.join(", ")}.`,
            `${path}.securityContext.capabilities.add`,
          );
      });
    });
  },
});
