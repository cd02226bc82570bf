import { resourceRule } from "../../frame/rule";
import { carriesPod, podOf } from "../kubernetes/pod";

export const k8sPssHostNamespaces = resourceRule({
  name: "k8s-pss-host-namespaces",
  title: "Pods do not share the node's network, processes or memory.",
  severity: "critical",
  level: "mandatory",
  controls: [
    { framework: "Pod Security Standards", id: "baseline" },
    { framework: "CIS Kubernetes", id: "5.2.3" },
  ],
  remediation: "Remove hostNetwork, hostPID and hostIPC.",
  types: carriesPod,
  check(subject, findings) {
    const pod = podOf(subject);
    for (const key of ["hostNetwork", "hostPID", "hostIPC"]) {
      findings.part(() => {
        if (pod?.spec[key] === true)
          findings.report(`${key} opens the node to the pod.`, `${pod.path}.${key}`);
      });
    }
  },
});
