import { type Properties, resourceRule } from "../../frame/rule";
import { carriesPod, podOf } from "../kubernetes/pod";

const ALLOWED: ReadonlySet<string> = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

export const k8sPssVolumeTypes = resourceRule({
  name: "k8s-pss-volume-types",
  title: "Pods mount harmless kinds of volumes only, never the node's file system.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "Pod Security Standards", id: "restricted" },
    { framework: "CIS Kubernetes", id: "5.2.12" },
  ],
  remediation:
    "Use configMap, secret, emptyDir, projected, downwardAPI, csi, ephemeral or persistentVolumeClaim.",
  types: carriesPod,
  check(subject, findings) {
    const pod = podOf(subject);
    findings.each(pod?.spec.volumes as readonly Properties[] | undefined, (volume, index) => {
      for (const source of Object.keys(volume)) {
        if (source !== "name" && !ALLOWED.has(source))
          findings.report(
            `Volume ${volume.name} is a ${source}.`,
            `${pod?.path}.volumes[${index}].${source}`,
          );
      }
    });
  },
});
