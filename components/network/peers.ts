import type * as kubernetes from "@pulumi/kubernetes";

type EgressRule = kubernetes.types.input.networking.v1.NetworkPolicyEgressRule;

/** The node's metadata service: no Pod may take the node's identity. */
const METADATA_SERVICE = "169.254.169.254/32";

/** To named blocks, or to any address but those that lead to the node. */
export const outside = (cidrs: readonly string[], port: number): EgressRule => ({
  to:
    cidrs.length > 0
      ? cidrs.map((cidr) => ({ ipBlock: { cidr } }))
      : [{ ipBlock: { cidr: "0.0.0.0/0", except: [METADATA_SERVICE] } }],
  ports: [{ port, protocol: "TCP" }],
});

/** Where a Pod gets the credentials of its own role. */
export const POD_IDENTITY_AGENT: EgressRule = {
  to: [{ ipBlock: { cidr: "169.254.170.23/32" } }],
  ports: [{ port: 80, protocol: "TCP" }],
};

export const NAME_SERVICE: EgressRule = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ],
};
