import { stackRule } from "../../frame/rule";
import { known, ofType } from "../aws/relations";

export const k8sNamespaceQuota = stackRule({
  name: "k8s-namespace-quota",
  title: "Each namespace has a quota and default limits.",
  severity: "medium",
  level: "advisory",
  controls: [{ framework: "NSA Kubernetes", id: "resource policies" }],
  remediation: "Add a ResourceQuota and a LimitRange.",
  check(resources, findings) {
    findings.each(ofType(resources, "kubernetes:core/v1:Namespace"), (namespace) => {
      const name = namespace.props.metadata?.name as string | undefined;
      for (const kind of ["ResourceQuota", "LimitRange"]) {
        const there = ofType(resources, `kubernetes:core/v1:${kind}`).some(
          (one) => known(() => one.props.metadata?.namespace) === name,
        );
        if (!there) findings.blame(namespace, `There is no ${kind}.`);
      }
    });
  },
});
