import { describe } from "vitest";
import type { Fields } from "../../../../../drill/cloud/kubernetes/api/types/meta";
import { judge, pod } from "../support/refusals";

const quota = (spec: Fields) => ({ apiVersion: "v1", kind: "ResourceQuota", spec });
const range = (...limits: Fields[]) => ({ apiVersion: "v1", kind: "LimitRange", spec: { limits } });
const secret = (type: string, data: Fields) => ({ apiVersion: "v1", kind: "Secret", type, data });
const scaler = (spec: Fields) => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "a" }, maxReplicas: 3, ...spec },
});
const metric = (more: Fields) => scaler({ metrics: [more] });
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("limits, autoscalers and secrets", () => {
  judge([
    [
      "a scope that counts no storage",
      quota({ hard: { "ephemeral-storage": "1Gi" }, scopes: ["NotTerminating"] }),
      "spec.scopes Invalid",
    ],
    [
      "an unknown scope to select by",
      quota({
        hard: { pods: "1" },
        scopeSelector: { matchExpressions: [{ scopeName: "Slow", operator: "Exists" }] },
      }),
      "spec.scopeSelector.matchExpressions Invalid",
      "spec.scopeSelector.matchExpressions.scopeName Invalid",
    ],
    [
      "half a device",
      quota({ hard: { "count/jobs.batch": "1500m" } }),
      "spec.hard[count/jobs.batch] Invalid",
    ],
    ["limits of nothing", range({}), "spec.limits[0].type Invalid"],
    [
      "a limit of an unknown thing",
      range({ type: "Pod", max: { disks: "1" } }),
      "spec.limits[0].max[disks] Invalid",
    ],
    [
      "devices promised more than once",
      range({
        type: "Container",
        default: { "example.com/gpu": "2" },
        defaultRequest: { "example.com/gpu": "1" },
      }),
      "spec.limits[0].defaultRequest[example.com/gpu] Invalid",
    ],
    [
      "a target without a group",
      scaler({ scaleTargetRef: { kind: "Deployment", name: "a" } }),
      "spec.scaleTargetRef.apiVersion Invalid",
    ],
    [
      "a metric without a type",
      metric({}),
      "spec.metrics[0].type NotSupported",
      "spec.metrics[0].type Required",
    ],
    [
      "a target of another type",
      metric({
        type: "Resource",
        resource: { name: "cpu", target: { type: "Most", averageUtilization: 50 } },
      }),
      "spec.metrics[0].resource.target.type Invalid",
    ],
    [
      "a metric with two sources",
      metric({
        type: "Pods",
        pods: { metric: { name: "a" }, target: { type: "AverageValue", averageValue: "1" } },
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
      }),
      "spec.metrics[0].resource Forbidden",
    ],
    [
      "two targets outside of the cluster",
      metric({
        type: "External",
        external: { metric: { name: "a" }, target: { type: "Value", value: "1", averageValue: "1" } },
      }),
      "spec.metrics[0].external.target.value Forbidden",
    ],
    [
      "scaling down by nothing",
      scaler({ behavior: { scaleDown: { policies: [{ type: "Pods", value: 0, periodSeconds: 15 }] } } }),
      "spec.behavior.scaleDown.policies[0].value Invalid",
    ],
    [
      "a registry's list that is none",
      secret("kubernetes.io/dockerconfigjson", { ".dockerconfigjson": base64("[]") }),
      "data[.dockerconfigjson] Invalid",
    ],
    [
      "a user of no name",
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        roleRef: { kind: "Role", name: "a" },
        subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io" }],
      },
      "subjects[0].name Invalid",
      "subjects[0].name Required",
    ],
    [
      "ports up to a name",
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        spec: { podSelector: {}, egress: [{ ports: [{ port: "http", endPort: 90 }] }] },
      },
      "spec.egress[0].ports[0].endPort Invalid",
    ],
    ["a pod that is right", pod({})],
  ]);
});
