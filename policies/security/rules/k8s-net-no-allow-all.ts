import { type Properties, resourceRule } from "../../frame/rule";

const DIRECTIONS = [
  ["ingress", "from"],
  ["egress", "to"],
] as const;
const WORLD: ReadonlySet<unknown> = new Set(["0.0.0.0/0", "::/0"]);

export const k8sNetNoAllowAll = resourceRule({
  name: "k8s-net-no-allow-all",
  title: "Network policies allow named peers only.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "1.4.1" }],
  remediation: "Name the peers by podSelector, namespaceSelector or a narrow ipBlock.",
  types: [
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "kubernetes:networking.k8s.io/v1:NetworkPolicyPatch",
  ],
  check({ props }, findings) {
    for (const [direction, peers] of DIRECTIONS) {
      findings.part(() =>
        findings.each(props.spec?.[direction] as readonly Properties[] | undefined, (entry, index) => {
          const path = `spec.${direction}[${index}]`;
          if ((entry[peers]?.length ?? 0) === 0)
            findings.report(`A rule without "${peers}" allows everybody.`, path);
          findings.each(entry[peers] as readonly Properties[] | undefined, (peer, place) => {
            if (WORLD.has(peer.ipBlock?.cidr) && (peer.ipBlock.except?.length ?? 0) === 0)
              findings.report(
                `The whole world is allowed (${peer.ipBlock.cidr}).`,
                `${path}.${peers}[${place}].ipBlock`,
              );
          });
        }),
      );
    }
  },
});
