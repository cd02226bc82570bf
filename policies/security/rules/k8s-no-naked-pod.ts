import { resourceRule } from "../../frame/rule";

export const k8sNoNakedPod = resourceRule({
  name: "k8s-no-naked-pod",
  title: "Pods belong to a Deployment or a Job that brings them back.",
  severity: "medium",
  level: "mandatory",
  controls: [],
  remediation: "Use a Deployment, StatefulSet or Job.",
  types: ["kubernetes:core/v1:Pod", "kubernetes:apps/v1:ReplicaSet"],
  check({ type }, findings) {
    findings.report(`A ${type.split(":").at(-1)} is not brought back when its node is lost.`);
  },
});
