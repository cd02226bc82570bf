import { describe, expect, it } from "vitest";
import type { Fields } from "../../../../../drill/cloud/kubernetes/api/types/meta";
import { causesOf, containing, deployment, job, judge, placed, pod, server } from "../support/refusals";

const asking = (cpu: string): Fields => ({ resources: { requests: { cpu } } });
const sidecar = (cpu: string): Fields => ({
  name: "side",
  image: "example.com/side:1",
  restartPolicy: "Always",
  ...asking(cpu),
});
const init = (name: string, cpu: string): Fields => ({ name, image: "example.com/init:1", ...asking(cpu) });

describe("resources of a pod as a whole", () => {
  judge([
    [
      "enough for its containers",
      containing(asking("1"), { resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "2" } } }),
    ],
    [
      "less than its containers ask for",
      containing(asking("2"), { resources: { requests: { cpu: "1500m" } } }),
      "spec.resources.requests[cpu] Invalid",
    ],
    [
      "silent about what a container asks for",
      containing(asking("2"), { resources: { requests: { memory: "1Gi" } } }),
    ],
    [
      "less than an init container and the one that stays beside it",
      pod({ initContainers: [sidecar("500m"), init("late", "600m")], resources: { requests: { cpu: "1" } } }),
      "spec.resources.requests[cpu] Invalid",
    ],
    [
      "enough for init containers one after the other",
      pod({
        initContainers: [init("first", "1"), init("second", "1")],
        resources: { requests: { cpu: "1" } },
      }),
    ],
    [
      "a container that may have more than the pod",
      containing({ resources: { limits: { memory: "2Gi" } } }, { resources: { limits: { memory: "1Gi" } } }),
      "spec.resources.containers[0][memory].limits Invalid",
      "spec.resources.requests Invalid",
    ],
    [
      "more asked for than allowed",
      pod({ resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } }),
      "spec.resources.requests Invalid",
    ],
    [
      "storage of the node",
      pod({ resources: { requests: { "ephemeral-storage": "1Gi" } } }),
      "spec.resources.requests[ephemeral-storage] NotSupported",
    ],
    [
      "a device",
      pod({ resources: { limits: { "example.com/gpu": "1" } } }),
      "spec.resources.limits[example.com/gpu] NotSupported",
    ],
    ["a misspelt name", pod({ resources: { limits: { mem: "1Gi" } } }), "spec.resources.limits[mem] Invalid"],
    [
      "a name with a space",
      pod({ resources: { limits: { "a b": 1 } } }),
      "spec.resources.limits[a b] Invalid",
    ],
    [
      "less than nothing",
      pod({ resources: { requests: { cpu: "-1" } } }),
      "spec.resources.requests[cpu] Invalid",
    ],
    [
      "claims",
      pod({
        resourceClaims: [{ name: "c", resourceClaimName: "x" }],
        resources: { claims: [{ name: "c" }] },
      }),
      "spec.resources.claims Forbidden",
    ],
    [
      "on Windows",
      pod({ os: { name: "windows" }, resources: { requests: { cpu: "1" } } }),
      "spec.resources Forbidden",
    ],
    [
      "of a Deployment's template",
      deployment({}, { resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }),
      "spec.template.spec.resources.requests Invalid",
    ],
    [
      "of a Job's template",
      job({}, { resources: { limits: { storage: "1Gi" } } }),
      "spec.template.spec.resources.limits[storage] NotSupported",
    ],
  ]);

  const stored = (object: Fields): Fields =>
    (server().create(placed(object)).object as never as { spec: Fields }).spec;

  it("are asked for as far as its containers do, else up to its limits", () => {
    const limits = { cpu: "2", memory: "1Gi" };
    expect(stored(containing(asking("500m"), { resources: { limits } })).resources).toEqual({
      limits,
      requests: { cpu: "500m", memory: "1Gi" },
    });
    expect(stored(pod({ resources: { limits, requests: { memory: "1Mi" } } })).resources).toEqual({
      limits,
      requests: { cpu: "2", memory: "1Mi" },
    });
  });

  it("are left as they are without limits, and in a template", () => {
    const only = { requests: { memory: "1Gi" } };
    expect(stored(containing(asking("500m"), { resources: only })).resources).toEqual(only);
    const { template } = stored(deployment({}, { resources: { limits: { cpu: "2" } } })) as {
      template: { spec: Fields };
    };
    expect(template.spec.resources).toEqual({ limits: { cpu: "2" } });
  });

  it("count against a quota in place of those of its containers", () => {
    const made = server();
    made.create(placed({ apiVersion: "v1", kind: "ResourceQuota", spec: { hard: { "requests.cpu": "1" } } }));
    const roomy = containing(asking("200m"), { resources: { requests: { cpu: "2" } } });
    expect(() => made.create(placed(roomy))).toThrow(/exceeded quota: a, requested: requests\.cpu=2/);
    expect(causesOf(made, containing(asking("200m"), { resources: { requests: { cpu: "1" } } }))).toEqual([]);
  });

  it("count for a limit range in place of those of its containers", () => {
    const made = server();
    const limits = [{ type: "Pod", max: { cpu: "1" } }];
    made.create(placed({ apiVersion: "v1", kind: "LimitRange", spec: { limits } }));
    const spec = (cpu: string): Fields =>
      containing({ resources: { limits: { cpu: "500m" } } }, { resources: { limits: { cpu } } });
    expect(() => made.create(placed(spec("2")))).toThrow(/maximum cpu usage per Pod is 1, but limit is 2/);
    expect(causesOf(made, spec("1"))).toEqual([]);
  });
});
