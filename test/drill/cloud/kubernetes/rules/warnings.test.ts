import { describe, expect, it } from "vitest";
import type { Fields } from "../../../../../drill/cloud/kubernetes/api/types/meta";
import { containing, deployment, placed, pod, server, service } from "../support/refusals";

/** Title, object, and the start of each warning. */
const cases: readonly (readonly [title: string, object: Fields, ...starts: string[]])[] = [
  ["nothing of an ordinary pod", pod({})],
  [
    "a spread over no pods, by a label that has a newer name",
    deployment(
      {},
      {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "failure-domain.beta.kubernetes.io/zone",
            whenUnsatisfiable: "ScheduleAnyway",
          },
        ],
      },
    ),
    "spec.template.spec.topologySpreadConstraints[0].topologyKey: failure-domain",
    "spec.template.spec.topologySpreadConstraints[0].labelSelector: a null labelSelector",
  ],
  [
    "neighbours that nothing can be",
    pod({
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname" }],
        },
      },
    }),
    "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: ",
  ],
  [
    "one port in two containers",
    pod({
      containers: ["a", "b"].map((name) => ({ name, image: "a:1", ports: [{ containerPort: 80 }] })),
    }),
    "spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]",
  ],
  [
    "nothing of one port under two protocols",
    containing({
      ports: [
        { name: "a", containerPort: 53 },
        { name: "b", containerPort: 53, protocol: "UDP" },
      ],
    }),
  ],
  [
    "a variable that hides another",
    containing({
      env: [
        { name: "A", value: "1" },
        { name: "A", value: "2" },
      ],
    }),
    'spec.containers[0].env[1]: hides previous definition of "A"',
  ],
  [
    "nothing of a variable that builds on another",
    containing({
      env: [
        { name: "A", value: "1" },
        { name: "A", value: "$(A):2" },
      ],
    }),
  ],
  [
    "a secret that is named twice",
    pod({ imagePullSecrets: [{ name: "a" }, { name: "a" }] }),
    'spec.imagePullSecrets[1].name: duplicate name "a"',
  ],
  [
    "part of a byte",
    containing({ resources: { limits: { memory: "100m" } } }),
    'spec.containers[0].resources.limits[memory]: fractional byte value "100m"',
    'spec.containers[0].resources.requests[memory]: fractional byte value "100m"',
  ],
  [
    "a headless Service that remembers its clients",
    service({ clusterIP: "None", sessionAffinity: "ClientIP", ports: [{ port: 80 }] }),
    "spec.SessionAffinity is ignored for headless services",
  ],
  [
    "another name that nobody asks for",
    service({ externalName: "example.com", ports: [{ port: 80 }] }),
    "spec.externalName is ignored",
  ],
];

describe("warnings", () => {
  it.each(cases.map(([title, object, ...starts]) => ({ title, object, starts })))(
    "tell $title",
    ({ object, starts }) => {
      const { warnings } = server().create(placed(object));
      expect(warnings.map((warning, index) => warning.slice(0, starts[index]?.length))).toEqual(starts);
    },
  );
});
