import { resourceRule } from "../../frame/rule";
import { carriesPod, podOf } from "../kubernetes/pod";

const SERVICE_ACCOUNT = /^kubernetes:core\/v1:ServiceAccount(Patch)?$/;

export const k8sNoTokenAutomount = resourceRule({
  name: "k8s-no-token-automount",
  title: "Pods get no API token unless they say so.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "CIS Kubernetes", id: "5.1.6" }],
  remediation: "Set automountServiceAccountToken: false.",
  types: (type) => carriesPod(type) || SERVICE_ACCOUNT.test(type),
  check(subject, findings) {
    const serviceAccount = SERVICE_ACCOUNT.test(subject.type);
    const holder = serviceAccount ? subject.props : podOf(subject)?.spec;
    const path = serviceAccount
      ? "automountServiceAccountToken"
      : `${podOf(subject)?.path}.automountServiceAccountToken`;
    if (holder !== undefined && holder.automountServiceAccountToken !== false)
      findings.report("The API token is mounted.", path);
  },
});
