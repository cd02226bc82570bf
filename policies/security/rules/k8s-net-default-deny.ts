import type { PolicyResource } from "@pulumi/policy";
import { stackRule } from "../../frame/rule";
import { known, ofType } from "../aws/relations";

function deniesAll(policy: PolicyResource, namespace: string | undefined): boolean {
  return (
    known(() => {
      const { metadata, spec } = policy.props;
      const types = Array.from(
        { length: spec.policyTypes?.length ?? 0 },
        (_, index) => spec.policyTypes[index] as string,
      );
      const everyPod =
        Object.keys(spec.podSelector?.matchLabels ?? {}).length === 0 &&
        (spec.podSelector?.matchExpressions?.length ?? 0) === 0;
      const noRules = (spec.ingress?.length ?? 0) === 0 && (spec.egress?.length ?? 0) === 0;
      return (
        metadata?.namespace === namespace &&
        everyPod &&
        noRules &&
        types.includes("Ingress") &&
        types.includes("Egress")
      );
    }) === true
  );
}

export const k8sNetDefaultDeny = stackRule({
  name: "k8s-net-default-deny",
  title: "Each namespace refuses all traffic that no policy allows.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "CIS Kubernetes", id: "5.3.2" },
    { framework: "PCI DSS", id: "1.3.1" },
  ],
  remediation: "Add a NetworkPolicy with podSelector {} and policyTypes Ingress and Egress, without rules.",
  check(resources, findings) {
    const policies = ofType(resources, "kubernetes:networking.k8s.io/v1:NetworkPolicy");
    findings.each(ofType(resources, "kubernetes:core/v1:Namespace"), (namespace) => {
      const name = namespace.props.metadata?.name as string | undefined;
      if (!policies.some((policy) => deniesAll(policy, name)))
        findings.blame(namespace, "Traffic that no policy allows is let through.");
    });
  },
});
