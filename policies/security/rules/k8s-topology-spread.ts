import { type Properties, resourceRule } from "../../frame/rule";

const ZONE = "topology.kubernetes.io/zone";

export const k8sTopologySpread = resourceRule({
  name: "k8s-topology-spread",
  title: "Pods of one service are spread over zones, so that the loss of a zone leaves some.",
  severity: "medium",
  level: "advisory",
  controls: [{ framework: "NSA Kubernetes", id: "resilience" }],
  remediation: `Add topologySpreadConstraints, or a podAntiAffinity, on ${ZONE}.`,
  types: ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:DeploymentPatch"],
  check({ props }, findings) {
    if (Number(props.spec?.replicas ?? 1) < 2) return;
    const pod = props.spec?.template?.spec;
    const keys = (list: readonly Properties[] | undefined, read: (one: Properties) => unknown): unknown[] =>
      Array.from({ length: list?.length ?? 0 }, (_, index) =>
        read((list as readonly Properties[])[index] as Properties),
      );
    const apart = pod?.affinity?.podAntiAffinity;
    const spread = [
      ...keys(pod?.topologySpreadConstraints, ({ topologyKey }) => topologyKey),
      ...keys(apart?.requiredDuringSchedulingIgnoredDuringExecution, ({ topologyKey }) => topologyKey),
      ...keys(
        apart?.preferredDuringSchedulingIgnoredDuringExecution,
        ({ podAffinityTerm }) => podAffinityTerm?.topologyKey,
      ),
    ];
    if (!spread.includes(ZONE))
      findings.report("All Pods may run in one zone.", "spec.template.spec.topologySpreadConstraints");
  },
});
