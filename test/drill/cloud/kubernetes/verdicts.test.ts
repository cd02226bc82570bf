import { beforeEach, describe, expect, it } from "vitest";
import { ApiServer } from "../../../../drill/cloud/kubernetes/api/server";
import { ApiError } from "../../../../drill/cloud/kubernetes/api/status";
import type { Fields, KubernetesObject } from "../../../../drill/cloud/kubernetes/api/types/meta";
import { mergePatch } from "../../../../drill/cloud/kubernetes/api/values/json";

let server: ApiServer;
beforeEach(() => {
  server = new ApiServer();
  server.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
});

const pod = { containers: [{ name: "app", image: "example.com/app:1" }] };
const OBJECTS: Readonly<Record<string, Fields>> = {
  Deployment: {
    apiVersion: "apps/v1",
    spec: {
      selector: { matchLabels: { app: "a" } },
      template: { metadata: { labels: { app: "a" } }, spec: pod },
    },
  },
  Job: { apiVersion: "batch/v1", spec: { template: { spec: { ...pod, restartPolicy: "Never" } } } },
  CronJob: {
    apiVersion: "batch/v1",
    spec: {
      schedule: "0 3 * * *",
      jobTemplate: { spec: { template: { spec: { ...pod, restartPolicy: "Never" } } } },
    },
  },
  Service: { apiVersion: "v1", spec: { selector: { app: "a" }, ports: [{ port: 80 }] } },
  ConfigMap: { apiVersion: "v1", data: { a: "b" } },
  HorizontalPodAutoscaler: {
    apiVersion: "autoscaling/v2",
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "a" }, maxReplicas: 3 },
  },
  PodDisruptionBudget: {
    apiVersion: "policy/v1",
    spec: { minAvailable: 1, selector: { matchLabels: { app: "a" } } },
  },
  NetworkPolicy: { apiVersion: "networking.k8s.io/v1", spec: { podSelector: {} } },
  TargetGroupBinding: {
    apiVersion: "elbv2.k8s.aws/v1beta1",
    spec: { targetGroupARN: "arn:aws:x", serviceRef: { name: "a", port: 80 } },
  },
};

function objectOf(kind: string, changes: object = {}): KubernetesObject {
  const base = { kind, metadata: { name: "a", namespace: "shop" }, ...OBJECTS[kind] };
  return mergePatch(base, changes) as KubernetesObject;
}

function refusal(action: () => unknown): ApiError {
  try {
    action();
  } catch (problem) {
    if (problem instanceof ApiError) return problem;
    throw problem;
  }
  throw new Error("accepted");
}

const container = (changes: object): object => ({
  spec: { template: { spec: { containers: [{ ...pod.containers[0], ...changes }] } } },
});

describe("what the API accepts", () => {
  it.each(Object.keys(OBJECTS))("a plain %s, by POST and by apply, and the same again by apply", (kind) => {
    expect(server.create(objectOf(kind), { dryRun: true }).status).toBe(201);
    expect(server.apply(objectOf(kind)).status).toBe(201);
    const again = server.apply(objectOf(kind));
    expect(again.status).toBe(200);
    expect(again.object.metadata.resourceVersion).toBe(
      server.get({ ...objectOf(kind), ...objectOf(kind).metadata }).metadata.resourceVersion,
    );
  });
});

describe("what the API refuses", () => {
  it.each<[string, string, object, string, string]>([
    [
      "a sleep longer than the grace period",
      "Deployment",
      container({ lifecycle: { preStop: { sleep: { seconds: 31 } } } }),
      "spec.template.spec.containers[0].lifecycle.preStop.sleep",
      "FieldValueInvalid",
    ],
    [
      "a variable from nowhere",
      "Deployment",
      container({ env: [{ name: "A", valueFrom: {} }] }),
      "spec.template.spec.containers[0].env[0].valueFrom",
      "FieldValueInvalid",
    ],
    [
      "a probe port out of range",
      "Deployment",
      container({ readinessProbe: { httpGet: { port: 0 } } }),
      "spec.template.spec.containers[0].readinessProbe.httpGet.port",
      "FieldValueInvalid",
    ],
    [
      "an unknown resource",
      "Deployment",
      container({ resources: { limits: { gpus: "1" } } }),
      "spec.template.spec.containers[0].resources.limits[gpus]",
      "FieldValueInvalid",
    ],
    [
      "a deadline within the readiness time",
      "Deployment",
      { spec: { minReadySeconds: 20, progressDeadlineSeconds: 20 } },
      "spec.progressDeadlineSeconds",
      "FieldValueInvalid",
    ],
    [
      "a secret volume without a name",
      "Deployment",
      { spec: { template: { spec: { volumes: [{ name: "v", secret: {} }] } } } },
      "spec.template.spec.volumes[0].secret.secretName",
      "FieldValueRequired",
    ],
    [
      "a toleration without key and operator",
      "Deployment",
      { spec: { template: { spec: { tolerations: [{ effect: "NoSchedule" }] } } } },
      "spec.template.spec.tolerations[0].operator",
      "FieldValueInvalid",
    ],
    [
      "unordered exit codes",
      "Job",
      {
        spec: {
          podFailurePolicy: {
            rules: [{ action: "FailJob", onExitCodes: { operator: "In", values: [3, 2] } }],
          },
        },
      },
      "spec.podFailurePolicy.rules[0].onExitCodes.values",
      "FieldValueInvalid",
    ],
    [
      "a schedule of four fields",
      "CronJob",
      { spec: { schedule: "0 3 * *" } },
      "spec.schedule",
      "FieldValueInvalid",
    ],
    [
      "a node port of a ClusterIP Service",
      "Service",
      { spec: { ports: [{ port: 80, nodePort: 30080 }] } },
      "spec.ports[0].nodePort",
      "FieldValueForbidden",
    ],
    [
      "a traffic policy for outside traffic",
      "Service",
      { spec: { externalTrafficPolicy: "Local" } },
      "spec.externalTrafficPolicy",
      "FieldValueInvalid",
    ],
    [
      "a percentage that is none",
      "PodDisruptionBudget",
      { spec: { minAvailable: "half" } },
      "spec.minAvailable",
      "FieldValueInvalid",
    ],
    [
      "a window longer than an hour",
      "HorizontalPodAutoscaler",
      { spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 4000 } } } },
      "spec.behavior.scaleDown.stabilizationWindowSeconds",
      "FieldValueInvalid",
    ],
    [
      "a peer that says nothing",
      "NetworkPolicy",
      { spec: { ingress: [{ from: [{}] }] } },
      "spec.ingress[0].from[0]",
      "FieldValueRequired",
    ],
    [
      "a binding without its Service",
      "TargetGroupBinding",
      { spec: { serviceRef: { name: null } } },
      "spec.serviceRef.name",
      "FieldValueRequired",
    ],
    [
      "a binding of an unknown target type",
      "TargetGroupBinding",
      { spec: { targetType: "pod" } },
      "spec.targetType",
      "FieldValueNotSupported",
    ],
  ])("%s", (_title, kind, changes, field, type) => {
    const problem = refusal(() => server.create(objectOf(kind, changes)));
    expect(problem).toMatchObject({ code: 422, reason: "Invalid" });
    expect(problem.causes.map((cause) => [cause.field, cause.type])).toContainEqual([field, type]);
    expect(server.find({ ...objectOf(kind), ...objectOf(kind).metadata })).toBeUndefined();
  });

  it.each<[string, string, object]>([
    ["Deployment", 'unknown field "spec.replica"', { spec: { replica: 2 } }],
    ["TargetGroupBinding", 'unknown field "spec.service"', { spec: { service: "a" } }],
    [
      "Service",
      "cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32",
      { spec: { ports: [{ port: "80" }] } },
    ],
  ])("a %s with %s, with 400 for a POST and 500 for an apply", (kind, text, changes) => {
    const object = objectOf(kind, changes);
    expect(refusal(() => server.create(object))).toMatchObject({
      code: 400,
      reason: "BadRequest",
      message: expect.stringContaining(text),
    });
    expect(refusal(() => server.apply(object))).toMatchObject({ code: 500, reason: "" });
  });

  it.each<[string, object, string]>([
    [
      "Deployment",
      { spec: { selector: { matchLabels: { app: "b" } }, template: { metadata: { labels: { app: "b" } } } } },
      "spec.selector",
    ],
    [
      "Job",
      { spec: { template: { spec: { containers: [{ name: "app", image: "example.com/app:2" }] } } } },
      "spec.template",
    ],
    ["Service", { spec: { clusterIP: "10.0.0.99" } }, "spec.clusterIPs[0]"],
  ])("a change of what cannot change in a %s", (kind, changes, field) => {
    server.create(objectOf(kind));
    const problem = refusal(() => server.apply(objectOf(kind, changes), { force: true }));
    expect(problem.causes.map((cause) => cause.field)).toContain(field);
  });

  it("everything that is wrong at once", () => {
    const problem = refusal(() =>
      server.create(
        objectOf("Deployment", {
          metadata: { name: "A" },
          spec: { replicas: -1, template: { spec: { dnsPolicy: "No" } } },
        }),
      ),
    );
    expect(problem.causes.map(({ field }) => field)).toEqual([
      "metadata.name",
      "spec.replicas",
      "spec.template.spec.dnsPolicy",
    ]);
  });
});

describe("the rules of a namespace", () => {
  it("refuse a pod and warn of a Deployment that violate the Pod security level", () => {
    server.apply(
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "shop", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
      } as KubernetesObject,
      { force: true },
    );
    const bare = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "shop" },
      spec: pod,
    } as KubernetesObject;
    expect(refusal(() => server.create(bare)).message).toContain('violates PodSecurity "restricted:latest"');
    expect(server.create(objectOf("Deployment")).warnings).toHaveLength(1);
  });

  it("refuse what exceeds a quota, and count it again when it is gone", () => {
    server.create({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "q", namespace: "shop" },
      spec: { hard: { configmaps: "1" } },
    } as KubernetesObject);
    server.create(objectOf("ConfigMap"));
    const second = objectOf("ConfigMap", { metadata: { name: "b" } });
    expect(refusal(() => server.create(second)).message).toContain(
      "exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1",
    );
    server.delete({ apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "a" });
    expect(server.create(second).status).toBe(201);
  });
});
