import { resourceRule } from "../../frame/rule";

/** Kinds without a namespace, and provider resources that are no objects. */
const CLUSTER_WIDE =
  /^kubernetes:(core\/v1:(Namespace|Node|PersistentVolume)|rbac\.authorization\.k8s\.io\/v1:ClusterRole(Binding)?|storage\.k8s\.io\/|scheduling\.k8s\.io\/|apiextensions\.k8s\.io\/|admissionregistration\.k8s\.io\/|apiregistration\.k8s\.io\/|certificates\.k8s\.io\/|networking\.k8s\.io\/v1:IngressClass|node\.k8s\.io\/|helm\.sh\/|kustomize|yaml)/;

export const k8sNamespaceSet = resourceRule({
  name: "k8s-namespace-set",
  title: "Objects lie in a namespace of their own.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "CIS Kubernetes", id: "5.7.4" }],
  remediation: "Set metadata.namespace to a namespace of this stack.",
  types: (type) => type.startsWith("kubernetes:") && !CLUSTER_WIDE.test(type),
  check({ props }, findings) {
    const namespace = "namespace" in (props.metadata ?? {}) ? props.metadata.namespace : undefined;
    if (namespace === undefined || namespace === "default" || String(namespace).startsWith("kube-")) {
      findings.report(
        namespace === undefined ? "No namespace is set." : `The namespace is ${namespace}.`,
        "metadata.namespace",
      );
    }
  },
});
