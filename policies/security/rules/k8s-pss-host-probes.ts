import { type Properties, resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

const PLACES = [
  ["livenessProbe"],
  ["readinessProbe"],
  ["startupProbe"],
  ["lifecycle", "postStart"],
  ["lifecycle", "preStop"],
] as const;

export const k8sPssHostProbes = resourceRule({
  name: "k8s-pss-host-probes",
  title: "Probes and hooks ask the pod itself, not another host.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "Pod Security Standards", id: "baseline" }],
  remediation: "Remove host from the probe or hook.",
  types: carriesPod,
  check(subject, findings) {
    eachContainer(subject, findings, (container, path) => {
      for (const place of PLACES) {
        findings.part(() => {
          const action = place.reduce<Properties | undefined>((value, key) => value?.[key], container);
          for (const kind of ["httpGet", "tcpSocket"]) {
            if ((action?.[kind]?.host ?? "") !== "")
              findings.report(
                `Container ${container.name} asks another host.`,
                `${path}.${place.join(".")}.${kind}.host`,
              );
          }
        });
      }
    });
  },
});
