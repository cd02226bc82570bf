import { beforeEach, describe, expect, it } from "vitest";
import { ApiServer } from "../../../../drill/cloud/kubernetes/api/server";
import { ApiError } from "../../../../drill/cloud/kubernetes/api/status";
import type { Fields, KubernetesObject } from "../../../../drill/cloud/kubernetes/api/types/meta";

let server: ApiServer;
beforeEach(() => {
  server = new ApiServer();
  server.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
});

const metadata = { name: "a", namespace: "shop" };
const container = { name: "app", image: "example.com/app:1" };
const pod = (spec: Fields): KubernetesObject =>
  ({ apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [container], ...spec } }) as never;
const of = (more: Fields, spec: Fields = {}): KubernetesObject =>
  pod({ ...spec, containers: [{ ...container, ...more }] });
const env = (valueFrom: Fields) => of({ env: [{ name: "X", valueFrom }] });
const job = (spec: Fields, name = "a"): KubernetesObject =>
  ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { ...metadata, name },
    spec: { template: { spec: { containers: [container], restartPolicy: "Never" } }, ...spec },
  }) as never;
const indexed = (rules: readonly Fields[]) =>
  job({ completionMode: "Indexed", completions: 5, successPolicy: { rules } });
const mounted = (more: Fields, volume: Fields = { emptyDir: {} }) =>
  of({ volumeMounts: [{ name: "v", mountPath: "/v", ...more }] }, { volumes: [{ name: "v", ...volume }] });

/** Field and type of each cause; nothing when the object is taken. */
function causesOf(object: KubernetesObject): string[] {
  try {
    server.create(object);
    return [];
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    return (problem.details.causes ?? []).map(({ field, type }) => `${field} ${type}`);
  }
}

const INVALID = "FieldValueInvalid";
const REQUIRED = "FieldValueRequired";
const NOT_FOUND = "FieldValueNotFound";
const FORBIDDEN = "FieldValueForbidden";
const DUPLICATE = "FieldValueDuplicate";
const UNSUPPORTED = "FieldValueNotSupported";

const refused = (
  cases: readonly (readonly [title: string, object: () => KubernetesObject, ...causes: string[]])[],
) => cases.map(([title, object, ...causes]) => ({ title, object, causes }));

describe("what an API server refuses of a Pod", () => {
  const cases = refused([
    [
      "a fourth name server",
      () => pod({ dnsConfig: { nameservers: ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"] } }),
      `spec.dnsConfig.nameservers ${INVALID}`,
    ],
    [
      "a name server that is a name",
      () => pod({ dnsConfig: { nameservers: ["dns.example"] } }),
      `spec.dnsConfig.nameservers[0] ${INVALID}`,
    ],
    [
      "a search domain in upper case",
      () => pod({ dnsConfig: { searches: ["Shop.example"] } }),
      `spec.dnsConfig.searches[0] ${INVALID}`,
    ],
    [
      "an option without a name",
      () => pod({ dnsConfig: { options: [{ value: "2" }] } }),
      `spec.dnsConfig.options[0] ${REQUIRED}`,
    ],
    [
      "an alias of no address",
      () => pod({ hostAliases: [{ ip: "shop", hostnames: ["shop"] }] }),
      `spec.hostAliases[0].ip ${INVALID}`,
    ],
    [
      "a readiness gate that is no name",
      () => pod({ readinessGates: [{ conditionType: "a b" }] }),
      `spec.readinessGates[0].conditionType ${INVALID}`,
    ],
    [
      "the same scheduling gate twice",
      () => pod({ schedulingGates: [{ name: "a" }, { name: "a" }] }),
      `spec.schedulingGates[1] ${DUPLICATE}`,
    ],
    [
      "Windows options of a Linux pod",
      () => pod({ os: { name: "linux" }, securityContext: { windowsOptions: { hostProcess: false } } }),
      `spec.securityContext.windowsOptions ${FORBIDDEN}`,
    ],
    [
      "a sysctl twice",
      () =>
        pod({
          securityContext: {
            sysctls: [
              { name: "net.core.somaxconn", value: "1" },
              { name: "net.core.somaxconn", value: "2" },
            ],
          },
        }),
      `spec.securityContext.sysctls[1].name ${DUPLICATE}`,
    ],
    [
      "a network sysctl on the node's network",
      () =>
        pod({
          hostNetwork: true,
          securityContext: { sysctls: [{ name: "net.core.somaxconn", value: "1" }] },
        }),
      `spec.securityContext.sysctls[0].name ${INVALID}`,
    ],
    [
      "a label key that is none",
      () => env({ fieldRef: { fieldPath: "metadata.labels['a b']" } }),
      `spec.containers[0].env[0].valueFrom.fieldRef ${INVALID}`,
    ],
    [
      "a subscript of something else",
      () => env({ fieldRef: { fieldPath: "spec.nodeName['a']" } }),
      `spec.containers[0].env[0].valueFrom.fieldRef.fieldPath ${INVALID}`,
    ],
    [
      "a divisor that is no unit",
      () => env({ resourceFieldRef: { resource: "limits.cpu", divisor: "2m" } }),
      `spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor ${INVALID}`,
    ],
    [
      "huge pages alone",
      () => of({ resources: { limits: { "hugepages-2Mi": "4Mi" } } }),
      `spec.containers[0].resources ${FORBIDDEN}`,
    ],
    [
      "recursion without read-only",
      () => mounted({ recursiveReadOnly: "Enabled" }),
      `spec.containers[0].volumeMounts.recursiveReadOnly ${FORBIDDEN}`,
    ],
    [
      "recursion of an unknown kind",
      () => mounted({ readOnly: true, recursiveReadOnly: "Yes" }),
      `spec.containers[0].volumeMounts.recursiveReadOnly ${UNSUPPORTED}`,
    ],
    [
      "an ephemeral claim that asks for nothing",
      () => mounted({}, { ephemeral: { volumeClaimTemplate: { spec: {} } } }),
      `spec.containers[0].volumeMounts[0].name ${NOT_FOUND}`,
      `spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes ${REQUIRED}`,
      `spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage] ${REQUIRED}`,
    ],
    [
      "a raw device of a folder",
      () =>
        of(
          { volumeDevices: [{ name: "v", devicePath: "/dev/x" }] },
          { volumes: [{ name: "v", emptyDir: {} }] },
        ),
      `spec.containers[0].volumeDevices[0].name ${INVALID}`,
    ],
    [
      "a node field but the name",
      () =>
        pod({
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchFields: [{ key: "spec.x", operator: "In", values: ["a"] }] }],
              },
            },
          },
        }),
      `spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].key ${INVALID}`,
    ],
    [
      "one port of the node for two containers",
      () =>
        pod({
          containers: ["a", "b"].map((name) => ({
            ...container,
            name,
            ports: [{ containerPort: 80, hostPort: 80 }],
          })),
        }),
      `spec.containers[1].ports[0].hostPort ${DUPLICATE}`,
    ],
  ]);

  it.each(cases)("$title", ({ object, causes }) => {
    expect(causesOf(object())).toEqual(causes);
  });

  it.each([
    [
      "names found elsewhere",
      () =>
        pod({
          dnsPolicy: "None",
          dnsConfig: {
            nameservers: ["10.0.0.1", "fd00::1"],
            searches: ["shop.example.", "."],
            options: [{ name: "ndots", value: "2" }],
          },
        }),
    ],
    [
      "a load balancer's readiness gate",
      () => pod({ readinessGates: [{ conditionType: "target-health.elbv2.k8s.aws/orders" }] }),
    ],
    [
      "an annotation by key",
      () => env({ fieldRef: { fieldPath: "metadata.annotations['Shop.example/Build']" } }),
    ],
    [
      "processor time in thousandths",
      () => env({ resourceFieldRef: { resource: "limits.cpu", divisor: "1m" } }),
    ],
    ["a recursive read-only mount", () => mounted({ readOnly: true, recursiveReadOnly: "IfPossible" })],
  ])("but not %s", (_title, object) => {
    expect(causesOf(object())).toEqual([]);
  });
});

describe("what an API server refuses of other kinds", () => {
  const service = (spec: Fields) =>
    ({ apiVersion: "v1", kind: "Service", metadata, spec: { ports: [{ port: 80 }], ...spec } }) as never;
  const quota = (spec: Fields) => ({ apiVersion: "v1", kind: "ResourceQuota", metadata, spec }) as never;
  const range = (limits: readonly Fields[]) =>
    ({ apiVersion: "v1", kind: "LimitRange", metadata, spec: { limits } }) as never;

  const cases: readonly (readonly [
    title: string,
    object: () => KubernetesObject,
    causes: readonly string[],
  ])[] = [
    ["a success policy without rules", () => indexed([]), [`spec.successPolicy.rules ${REQUIRED}`]],
    ["a rule that says nothing", () => indexed([{}]), [`spec.successPolicy.rules[0] ${REQUIRED}`]],
    [
      "more successes than pods",
      () => indexed([{ succeededCount: 6 }]),
      [`spec.successPolicy.rules[0].succeededCount ${INVALID}`],
    ],
    [
      "more successes than indexes",
      () => indexed([{ succeededIndexes: "0,2-3", succeededCount: 4 }]),
      [`spec.successPolicy.rules[0].succeededCount ${INVALID}`],
    ],
    [
      "indexes that fall",
      () => indexed([{ succeededIndexes: "3,1" }]),
      [`spec.successPolicy.rules[0].succeededIndexes ${INVALID}`],
    ],
    [
      "an index beyond the last",
      () => indexed([{ succeededIndexes: "2-5" }]),
      [`spec.successPolicy.rules[0].succeededIndexes ${INVALID}`],
    ],
    ["a manager without domain", () => job({ managedBy: "kueue" }), [`spec.managedBy ${INVALID}`]],
    [
      "a name too long for its pods",
      () => job({ completionMode: "Indexed", completions: 1000 }, "a".repeat(60)),
      [`metadata.name ${INVALID}`],
    ],
    [
      "a loopback address for everybody",
      () => service({ externalIPs: ["127.0.0.1"] }),
      [`spec.externalIPs[0] ${INVALID}`],
    ],
    [
      "a health port without a load balancer",
      () => service({ healthCheckNodePort: 30100 }),
      [`spec.healthCheckNodePort ${INVALID}`],
    ],
    [
      "a best-effort quota of memory",
      () => quota({ hard: { memory: "1Gi" }, scopes: ["BestEffort"] }),
      [`spec.scopes ${INVALID}`],
    ],
    [
      "a scope that is compared",
      () =>
        quota({
          hard: { pods: "1" },
          scopeSelector: { matchExpressions: [{ scopeName: "BestEffort", operator: "In", values: ["a"] }] },
        }),
      [`spec.scopeSelector.matchExpressions.operator ${INVALID}`],
    ],
    ["limits of an unknown thing", () => range([{ type: "Service" }]), [`spec.limits[0].type ${INVALID}`]],
  ];

  it.each(cases)("%s", (_title, object, causes) => {
    expect(causesOf(object())).toEqual(causes);
  });

  it("but not indexes that grow, with fewer successes than they are", () => {
    expect(causesOf(indexed([{ succeededIndexes: "0,2-4", succeededCount: 2 }]))).toEqual([]);
  });
});
