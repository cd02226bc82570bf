import { describe } from "vitest";
import { containing, deployment, judge, pod } from "../support/refusals";

const APP = "spec.containers[0]";

describe("pods", () => {
  judge([
    ["an operating system that is none", pod({ os: { name: "beos" } }), "spec.os NotSupported"],
    [
      "a user on Windows",
      containing({ securityContext: { runAsUser: 1 } }, { os: { name: "windows" } }),
      `${APP}.securityContext.runAsUser Forbidden`,
    ],
    [
      "own users on the node's network",
      pod({ hostUsers: false, hostNetwork: true }),
      "spec.hostNetwork Forbidden",
    ],
    [
      "own users among the node's processes",
      pod({ hostUsers: false, hostPID: true }),
      "spec.HostPID Forbidden",
    ],
    [
      "a cost that is no number",
      pod({}, { annotations: { "controller.kubernetes.io/pod-deletion-cost": "+5" } }),
      "metadata.annotations[controller.kubernetes.io/pod-deletion-cost] Invalid",
    ],
    [
      "a profile for a container that is not there",
      pod({}, { annotations: { "container.apparmor.security.beta.kubernetes.io/x": "runtime/default" } }),
      "metadata.annotations[container.apparmor.security.beta.kubernetes.io/x] Invalid",
    ],
    [
      "a container for debugging from the start",
      pod({ ephemeralContainers: [{ name: "debug", image: "example.com/d:1" }] }),
      "spec.ephemeralContainers Forbidden",
    ],
    [
      "a node before its gates are open",
      pod({ schedulingGates: [{ name: "wait" }], nodeName: "n" }),
      "spec.nodeName Forbidden",
    ],
    [
      "a template that restarts sometimes",
      deployment({}, { restartPolicy: "Sometimes" }),
      "spec.template.spec.restartPolicy NotSupported",
    ],
    [
      "no name server where the cluster's are not asked",
      pod({ dnsPolicy: "None", dnsConfig: { searches: ["A"] } }),
      "spec.dnsConfig.nameservers Required",
    ],
    ["a search domain with underscores is fine", pod({ dnsConfig: { searches: ["_tcp.shop.example"] } })],
    [
      "a long list of search domains",
      pod({
        dnsConfig: { searches: Array.from({ length: 20 }, () => `${"a".repeat(60)}.${"b".repeat(60)}`) },
      }),
      "spec.dnsConfig.searches Invalid",
    ],
    [
      "a spread over what is no label is taken",
      pod({
        topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "a b", whenUnsatisfiable: "DoNotSchedule" }],
      }),
    ],
    [
      "keys to spread by without a selector",
      pod({
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", matchLabelKeys: ["a b"] },
        ],
      }),
      "spec.topologySpreadConstraints[0].matchLabelKeys Forbidden",
      "spec.topologySpreadConstraints[0].matchLabelKeys[0] Invalid",
    ],
    [
      "a neighbour without a place",
      pod({
        affinity: {
          podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {} }] },
        },
      }),
      "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey Invalid",
      "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey Required",
    ],
    [
      "a node by a value that is no label's",
      pod({
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values: ["a b"] }] }],
            },
          },
        },
      }),
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values[0] Invalid",
    ],
    [
      "a node rather by such a value is taken",
      pod({
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 1,
                preference: { matchExpressions: [{ key: "zone", operator: "In", values: ["a b"] }] },
              },
            ],
          },
        },
      }),
    ],
    [
      "a toleration of a value and of any",
      pod({ tolerations: [{ key: "a", operator: "Exists", value: "b" }] }),
      "spec.tolerations[0].operator Invalid",
    ],
  ]);
});
