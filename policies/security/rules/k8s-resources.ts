import { resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

const NEEDED = [
  ["requests", "cpu"],
  ["requests", "memory"],
  ["limits", "memory"],
] as const;

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

function bytes(quantity: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([kMGT]i?|Ki)?$/.exec(String(quantity));
  return match === null ? undefined : Number(match[1]) * (UNITS[match[2] ?? ""] ?? 1);
}

export const k8sResources = resourceRule({
  name: "k8s-resources",
  title: "Containers say what they need and the most memory they may take.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "NSA Kubernetes", id: "resource policies" }],
  remediation: "Set requests.cpu, requests.memory and limits.memory, the limit not below the request.",
  types: carriesPod,
  check(subject, findings) {
    eachContainer(subject, findings, (container, path) => {
      for (const [group, key] of NEEDED) {
        findings.part(() => {
          if (container.resources?.[group]?.[key] === undefined)
            findings.report(
              `Container ${container.name} sets no ${group}.${key}.`,
              `${path}.resources.${group}.${key}`,
            );
        });
      }
      findings.part(() => {
        const request = bytes(container.resources?.requests?.memory);
        const limit = bytes(container.resources?.limits?.memory);
        if (request !== undefined && limit !== undefined && limit < request)
          findings.report(
            `Container ${container.name} may take less memory than it asks for.`,
            `${path}.resources.limits.memory`,
          );
      });
    });
  },
});
