import { type Properties, resourceRule } from "../../frame/rule";

const METADATA = toNumber("169.254.169.254");

/** Whether an IPv4 range contains 169.254.169.254. */
function covers(cidr: string): boolean {
  const [address = "", bits = "32"] = cidr.split("/");
  if (address.includes(":")) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(toNumber(address) / size) === Math.floor(METADATA / size);
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

export const k8sNetBlockImds = resourceRule({
  name: "k8s-net-block-imds",
  title: "Pods cannot reach the node's metadata service.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "NSA Kubernetes", id: "metadata service" }],
  remediation: 'Add 169.254.169.254/32 to "except" of the ipBlock.',
  types: [
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "kubernetes:networking.k8s.io/v1:NetworkPolicyPatch",
  ],
  check({ props }, findings) {
    findings.each(props.spec?.egress as readonly Properties[] | undefined, (entry, index) =>
      findings.each(entry.to as readonly Properties[] | undefined, (peer, place) => {
        const block = peer.ipBlock;
        if (block === undefined || !covers(block.cidr)) return;
        const except = Array.from({ length: block.except?.length ?? 0 }, (_, position) =>
          String(block.except[position]),
        );
        if (!except.some(covers))
          findings.report(
            `${block.cidr} contains the metadata service.`,
            `spec.egress[${index}].to[${place}].ipBlock`,
          );
      }),
    );
  },
});
