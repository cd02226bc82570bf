import { describe } from "vitest";
import type { Fields } from "../../../../../drill/cloud/kubernetes/api/types/meta";
import { judge, service } from "../support/refusals";

const ingress = (spec: Fields) => ({ apiVersion: "networking.k8s.io/v1", kind: "Ingress", spec });
const path = (more: Fields) =>
  ingress({ rules: [{ http: { paths: [{ path: "/", pathType: "Prefix", ...more }] } }] });
const PATH = "spec.rules[0].http.paths[0]";

describe("services and ingresses", () => {
  judge([
    [
      "an external name in upper case",
      service({ type: "ExternalName", externalName: "Shop.example" }),
      "spec.externalName Invalid",
    ],
    [
      "an external name with families",
      service({ type: "ExternalName", externalName: "shop.example", ipFamilies: ["IPv4"] }),
      "spec.ipFamilies Forbidden",
    ],
    [
      "ranges of a Service that nothing balances",
      service({ loadBalancerSourceRanges: ["10.0.0.0/8"] }),
      "spec.LoadBalancerSourceRanges Forbidden",
    ],
    [
      "a range that is an address",
      service({ type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.1"] }),
      "spec.LoadBalancerSourceRanges[0] Invalid",
    ],
    [
      "one port of the node for two",
      service({
        type: "NodePort",
        ports: [
          { name: "a", port: 80, nodePort: 30080 },
          { name: "b", port: 81, nodePort: 30080 },
        ],
      }),
      "spec.ports[1].nodePort Invalid",
    ],
    [
      "one port of the node for two protocols of a port is fine",
      service({
        type: "NodePort",
        ports: [
          { name: "a", port: 53, nodePort: 30053 },
          { name: "b", port: 53, nodePort: 30053, protocol: "UDP" },
        ],
      }),
    ],
    [
      "an address that is none hides the rest",
      service({ clusterIP: "shop", ports: [] }),
      "spec.clusterIPs[0] Invalid",
    ],
    [
      "addresses that differ",
      service({ clusterIP: "10.0.0.9", clusterIPs: ["10.0.0.8"] }),
      "spec.clusterIPs Invalid",
    ],
    ["a family the cluster does not have", service({ ipFamilies: ["IPv6"] }), "spec.ipFamilies[0] Invalid"],
    [
      "two families at all costs",
      service({ ipFamilyPolicy: "RequireDualStack" }),
      "spec.ipFamilyPolicy Invalid",
    ],
    [
      "a class of a Service that nothing balances",
      service({ loadBalancerClass: "example.com/a" }),
      "spec.loadBalancerClass Forbidden",
    ],
    [
      "a session of no time",
      service({ sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 0 } } }),
      "spec.sessionAffinityConfig.clientIP.timeoutSeconds Invalid",
    ],
    [
      "two equal ports",
      service({
        ports: [
          { name: "a", port: 80 },
          { name: "b", port: 80 },
        ],
      }),
      "spec.ports[1] Duplicate",
    ],
    ["a path without a backend", path({}), `${PATH}.backend Invalid`],
    ["a path without a type hides its backend", path({ pathType: undefined }), `${PATH}.pathType Required`],
    [
      "a path with an empty step",
      path({ path: "/a//b", backend: { service: { name: "a", port: { number: 80 } } } }),
      `${PATH}.path Invalid`,
    ],
    [
      "a backend of two kinds",
      path({ backend: { service: { name: "a", port: { number: 80 } }, resource: { kind: "A", name: "a" } } }),
      `${PATH}.backend Invalid`,
    ],
    ["an ingress of nothing", ingress({}), "spec Invalid"],
    [
      "two classes",
      {
        ...ingress({
          ingressClassName: "a",
          defaultBackend: { service: { name: "a", port: { number: 80 } } },
        }),
        metadata: { annotations: { "kubernetes.io/ingress.class": "b" } },
      },
      "annotations.kubernetes.io/ingress.class Invalid",
    ],
    [
      "a class without its controller",
      { apiVersion: "networking.k8s.io/v1", kind: "IngressClass", spec: {} },
      "spec.controller Required",
    ],
  ]);
});
