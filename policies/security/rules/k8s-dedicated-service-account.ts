import { resourceRule } from "../../frame/rule";
import { carriesPod, podOf } from "../kubernetes/pod";

export const k8sDedicatedServiceAccount = resourceRule({
  name: "k8s-dedicated-service-account",
  title: "Pods run under a service account of their own.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "CIS Kubernetes", id: "5.1.5" }],
  remediation: "Set serviceAccountName to an account made for this program.",
  types: carriesPod,
  check(subject, findings) {
    const pod = podOf(subject);
    // Present but unknown is an account that this program creates.
    if (pod === undefined) return;
    const name = "serviceAccountName" in pod.spec ? pod.spec.serviceAccountName : undefined;
    if (name === undefined || name === "" || name === "default")
      findings.report("The pod runs under the default service account.", `${pod.path}.serviceAccountName`);
  },
});
