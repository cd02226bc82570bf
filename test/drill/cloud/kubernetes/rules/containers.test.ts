import { describe } from "vitest";
import { containing, deployment, judge, pod } from "../support/refusals";

const APP = "spec.containers[0]";

describe("containers", () => {
  judge([
    ["an environment from nowhere", containing({ envFrom: [{}] }), `${APP}.envFrom Invalid`],
    [
      "an environment from two places at once",
      containing({ envFrom: [{ configMapRef: { name: "a" }, secretRef: { name: "b" } }] }),
      `${APP}.envFrom Invalid`,
    ],
    [
      "an environment from a map without a name",
      containing({ envFrom: [{ configMapRef: {} }] }),
      `${APP}.envFrom[0].configMapRef.name Required`,
    ],
    [
      "a variable from another version's field",
      containing({
        env: [{ name: "A", valueFrom: { fieldRef: { apiVersion: "v2", fieldPath: "metadata.name" } } }],
      }),
      `${APP}.env[0].valueFrom.fieldRef.fieldPath Invalid`,
    ],
    [
      "huge pages in odd units",
      containing({
        env: [
          { name: "A", valueFrom: { resourceFieldRef: { resource: "limits.hugepages-2Mi", divisor: "3" } } },
        ],
      }),
      `${APP}.env[0].valueFrom.resourceFieldRef.divisor Invalid`,
    ],
    [
      "part of a huge page",
      containing({
        resources: { limits: { cpu: "1", "hugepages-2Mi": "3Mi" }, requests: { "hugepages-2Mi": "3Mi" } },
      }),
      `${APP}.resources.limits[hugepages-2Mi] Invalid`,
      `${APP}.resources.requests[hugepages-2Mi] Invalid`,
    ],
    [
      "a quota's name for a device",
      containing({ resources: { limits: { "requests.example.com/gpu": "1" } } }),
      `${APP}.resources.limits[requests.example.com/gpu] Invalid`,
      `${APP}.resources.requests[requests.example.com/gpu] Invalid`,
    ],
    [
      "a device of no claim",
      containing({ resources: { claims: [{ name: "gpu" }] } }),
      `${APP}.resources.claims[0] NotFound`,
    ],
    [
      "another size of an unknown thing",
      containing({ resizePolicy: [{ resourceName: "storage", restartPolicy: "NotRequired" }] }),
      `${APP}.resizePolicy NotSupported`,
    ],
    [
      "a start again of what never does",
      containing(
        { resizePolicy: [{ resourceName: "cpu", restartPolicy: "RestartContainer" }] },
        { restartPolicy: "Never" },
      ),
      `${APP}.resizePolicy Invalid`,
    ],
    ["a blank before the image of a pod", containing({ image: " example.com/a:1" }), `${APP}.image Invalid`],
    [
      "a blank before the image of a template",
      deployment({}, { containers: [{ name: "a", image: " example.com/a:1" }] }),
    ],
    [
      "another port on the node's own network",
      containing({ ports: [{ containerPort: 80, hostPort: 81 }] }, { hostNetwork: true }),
      `${APP}.ports[0].hostPort Invalid`,
    ],
    [
      "the memory of all processes, with the node's users",
      containing({ securityContext: { procMount: "Unmasked" } }),
      `${APP}.securityContext.procMount Invalid`,
    ],
    [
      "a profile of the node that leads up",
      containing({ securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "../a" } } }),
      `${APP}.securityContext.seccompProfile.localhostProfile Invalid`,
    ],
    [
      "an AppArmor profile in blanks",
      containing({ securityContext: { appArmorProfile: { type: "Localhost", localhostProfile: " a" } } }),
      `${APP}.securityContext.appArmorProfile.localhostProfile Invalid`,
    ],
    [
      "a sidecar with a probe is fine",
      pod({
        initContainers: [
          {
            name: "proxy",
            image: "example.com/p:1",
            restartPolicy: "Always",
            readinessProbe: { tcpSocket: { port: 1 } },
          },
        ],
      }),
    ],
    [
      "an init container with a probe",
      pod({
        initContainers: [
          { name: "first", image: "example.com/p:1", readinessProbe: { tcpSocket: { port: 1 } } },
        ],
      }),
      "spec.initContainers[0].readinessProbe Forbidden",
    ],
  ]);
});
