import { imgDigest } from "../../../policies/security/rules/img-digest";
import { imgRegistryAllowList } from "../../../policies/security/rules/img-registry-allow-list";
import { k8sDedicatedServiceAccount } from "../../../policies/security/rules/k8s-dedicated-service-account";
import { k8sNoNakedPod } from "../../../policies/security/rules/k8s-no-naked-pod";
import { k8sNoOpaqueCharts } from "../../../policies/security/rules/k8s-no-opaque-charts";
import { k8sNoTokenAutomount } from "../../../policies/security/rules/k8s-no-token-automount";
import { k8sProbes } from "../../../policies/security/rules/k8s-probes";
import { k8sPssApparmor } from "../../../policies/security/rules/k8s-pss-apparmor";
import { k8sPssCapabilities } from "../../../policies/security/rules/k8s-pss-capabilities";
import { k8sPssHostNamespaces } from "../../../policies/security/rules/k8s-pss-host-namespaces";
import { k8sPssHostPorts } from "../../../policies/security/rules/k8s-pss-host-ports";
import { k8sPssHostProbes } from "../../../policies/security/rules/k8s-pss-host-probes";
import { k8sPssHostProcess } from "../../../policies/security/rules/k8s-pss-host-process";
import { k8sPssPrivilegeEscalation } from "../../../policies/security/rules/k8s-pss-privilege-escalation";
import { k8sPssPrivileged } from "../../../policies/security/rules/k8s-pss-privileged";
import { k8sPssProcMount } from "../../../policies/security/rules/k8s-pss-proc-mount";
import { k8sPssRunAsNonRoot } from "../../../policies/security/rules/k8s-pss-run-as-non-root";
import { k8sPssRunAsUser } from "../../../policies/security/rules/k8s-pss-run-as-user";
import { k8sPssSeccomp } from "../../../policies/security/rules/k8s-pss-seccomp";
import { k8sPssSelinux } from "../../../policies/security/rules/k8s-pss-selinux";
import { k8sPssSysctls } from "../../../policies/security/rules/k8s-pss-sysctls";
import { k8sPssVolumeTypes } from "../../../policies/security/rules/k8s-pss-volume-types";
import { k8sReadOnlyRootfs } from "../../../policies/security/rules/k8s-read-only-rootfs";
import { k8sResources } from "../../../policies/security/rules/k8s-resources";
import { k8sTopologySpread } from "../../../policies/security/rules/k8s-topology-spread";
import { secNoLiteralSecrets } from "../../../policies/security/rules/sec-no-literal-secrets";
import { changed, proves, REMOVED } from "../cases";
import type { FakeResource } from "../harness";

const container = (name: string): Record<string, unknown> => ({
  name,
  image: `registry.example.com/shop/orders@sha256:${"a".repeat(64)}`,
  env: [{ name: "PORT", value: "8080" }],
  ports: [{ containerPort: 8080 }],
  readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
  livenessProbe: { httpGet: { path: "/health", port: 8080 } },
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
});

const pod = (): Record<string, unknown> => ({
  serviceAccountName: "orders",
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
  containers: [container("orders")],
  initContainers: [container("wait")],
  volumes: [{ name: "tmp", emptyDir: {} }],
});

const deployment: FakeResource = {
  type: "kubernetes:apps/v1:Deployment",
  props: { spec: { template: { metadata: {}, spec: pod() } } },
};
const cronJob: FakeResource = {
  type: "kubernetes:batch/v1:CronJob",
  props: { spec: { jobTemplate: { spec: { template: { spec: pod() } } } } },
};
const naked: FakeResource = { type: "kubernetes:core/v1:Pod", props: { spec: pod() } };
const good = [deployment, cronJob, naked];

const POD = "spec.template.spec";
const FIRST = `${POD}.containers.0`;
const INIT = `${POD}.initContainers.0`;
const CRON = "#1.spec.jobTemplate.spec.template.spec.containers.0";

proves({
  rule: k8sPssHostNamespaces,
  good,
  failing: [
    [
      { [`${POD}.hostNetwork`]: true, [`${POD}.hostPID`]: true },
      /^spec\.template\.spec\.hostNetwork: hostNetwork/,
      /hostPID/,
    ],
    [{ type: "kubernetes:apps/v1:DeploymentPatch", [`${POD}.hostIPC`]: true }, /hostIPC/],
  ],
  boundary: [[{ [`${POD}.hostNetwork`]: false }]],
  unknown: [`${POD}.hostPID`],
});
proves({
  rule: k8sPssPrivileged,
  good,
  failing: [
    [
      { [`${FIRST}.securityContext.privileged`]: true },
      /containers\[0\]\.securityContext\.privileged: Container orders is privileged/,
    ],
    [{ [`${INIT}.securityContext.privileged`]: true }, /initContainers\[0\].*wait/],
    [
      { [`${CRON}.securityContext.privileged`]: true },
      /spec\.jobTemplate\.spec\.template\.spec\.containers\[0\]/,
    ],
    [
      { [`${POD}.ephemeralContainers`]: [{ name: "debug", securityContext: { privileged: true } }] },
      /ephemeralContainers\[0\].*debug/,
    ],
  ],
  boundary: [[{ [`${FIRST}.securityContext.privileged`]: false }]],
  unknown: [`${FIRST}.securityContext.privileged`, `${POD}.containers`],
});
proves({
  rule: k8sPssHostProcess,
  good,
  failing: [
    [{ [`${POD}.securityContext.windowsOptions.hostProcess`]: true }, /The pod runs as a host process/],
    [{ [`${FIRST}.securityContext.windowsOptions.hostProcess`]: true }, /Container orders/],
  ],
  boundary: [[{ [`${POD}.securityContext.windowsOptions.hostProcess`]: false }]],
  unknown: [`${POD}.securityContext.windowsOptions`],
});
proves({
  rule: k8sPssCapabilities,
  good,
  failing: [
    [{ [`${FIRST}.securityContext.capabilities`]: REMOVED }, /keeps capabilities/],
    [{ [`${FIRST}.securityContext.capabilities.add`]: ["SYS_ADMIN", "NET_RAW"] }, /adds SYS_ADMIN, NET_RAW/],
  ],
  boundary: [
    [{ [`${FIRST}.securityContext.capabilities.add`]: ["NET_BIND_SERVICE"] }],
    [{ [`${FIRST}.securityContext.capabilities.drop`]: ["NET_RAW"] }, /keeps capabilities/],
  ],
  unknown: [`${FIRST}.securityContext.capabilities.drop`, `${FIRST}.securityContext.capabilities.add`],
});
proves({
  rule: k8sPssVolumeTypes,
  good,
  failing: [
    [
      { [`${POD}.volumes.0`]: { name: "node", hostPath: { path: "/" } } },
      /volumes\[0\]\.hostPath: Volume node is a hostPath/,
    ],
  ],
  boundary: [
    [{ [`${POD}.volumes.0`]: { name: "token", projected: {} } }],
    [{ [`${POD}.volumes.0`]: { name: "share", nfs: {} } }, /nfs/],
  ],
  unknown: [`${POD}.volumes`],
});
proves({
  rule: k8sPssHostPorts,
  good,
  failing: [[{ [`${FIRST}.ports.0.hostPort`]: 8080 }, /takes port 8080 of the node/]],
  boundary: [[{ [`${FIRST}.ports.0.hostPort`]: 0 }], [{ [`${FIRST}.ports.0.hostPort`]: 1 }, /port 1 /]],
  unknown: [`${FIRST}.ports.0.hostPort`],
});
proves({
  rule: k8sPssHostProbes,
  good,
  failing: [
    [{ [`${FIRST}.livenessProbe.httpGet.host`]: "169.254.169.254" }, /livenessProbe\.httpGet\.host/],
    [
      { [`${FIRST}.lifecycle`]: { preStop: { httpGet: { host: "x" } } } },
      /lifecycle\.preStop\.httpGet\.host/,
    ],
  ],
  boundary: [[{ [`${FIRST}.livenessProbe.httpGet.host`]: "" }]],
  unknown: [`${FIRST}.readinessProbe.httpGet.host`],
});
proves({
  rule: k8sPssApparmor,
  good,
  failing: [
    [
      { [`${POD}.securityContext.appArmorProfile`]: { type: "Unconfined" } },
      /AppArmor profile is Unconfined/,
    ],
    [
      {
        "spec.template.metadata.annotations": {
          "container.apparmor.security.beta.kubernetes.io/orders": "unconfined",
        },
      },
      /by annotation/,
    ],
  ],
  boundary: [
    [{ [`${FIRST}.securityContext.appArmorProfile`]: { type: "Localhost" } }],
    [
      {
        "spec.template.metadata.annotations": {
          "container.apparmor.security.beta.kubernetes.io/orders": "runtime/default",
        },
      },
    ],
  ],
  unknown: [`${POD}.securityContext.appArmorProfile.type`],
});
proves({
  rule: k8sPssSelinux,
  good,
  failing: [
    [
      { [`${POD}.securityContext.seLinuxOptions`]: { type: "spc_t", user: "system_u" } },
      /type is spc_t/,
      /user is set/,
    ],
  ],
  boundary: [[{ [`${FIRST}.securityContext.seLinuxOptions`]: { type: "container_t", role: "" } }]],
  unknown: [`${POD}.securityContext.seLinuxOptions.type`],
});
proves({
  rule: k8sPssProcMount,
  good,
  failing: [[{ [`${FIRST}.securityContext.procMount`]: "Unmasked" }, /as Unmasked/]],
  boundary: [[{ [`${FIRST}.securityContext.procMount`]: "Default" }]],
  unknown: [`${FIRST}.securityContext.procMount`],
});
proves({
  rule: k8sPssSysctls,
  good,
  failing: [[{ [`${POD}.securityContext.sysctls`]: [{ name: "kernel.msgmax" }] }, /kernel\.msgmax/]],
  boundary: [[{ [`${POD}.securityContext.sysctls`]: [{ name: "net.ipv4.tcp_syncookies" }] }]],
  unknown: [`${POD}.securityContext.sysctls`],
});
proves({
  rule: k8sPssPrivilegeEscalation,
  good,
  failing: [
    [{ [`${FIRST}.securityContext`]: REMOVED }, /Container orders may gain rights/],
    [{ [`${INIT}.securityContext.allowPrivilegeEscalation`]: true }, /Container wait/],
  ],
  boundary: [[{ [`${FIRST}.securityContext.allowPrivilegeEscalation`]: REMOVED }, /may gain/]],
  unknown: [`${FIRST}.securityContext.allowPrivilegeEscalation`],
});
proves({
  rule: k8sPssRunAsNonRoot,
  good,
  failing: [
    [{ [`${POD}.securityContext.runAsNonRoot`]: REMOVED }, /wait may run/, /orders may run/],
    [{ [`${FIRST}.securityContext.runAsNonRoot`]: false }, /orders may run/],
  ],
  boundary: [
    [
      {
        [`${POD}.securityContext.runAsNonRoot`]: REMOVED,
        [`${FIRST}.securityContext.runAsNonRoot`]: true,
        [`${INIT}.securityContext.runAsNonRoot`]: true,
      },
    ],
  ],
  unknown: [`${POD}.securityContext.runAsNonRoot`],
});
proves({
  rule: k8sPssRunAsUser,
  good,
  failing: [
    [{ [`${POD}.securityContext.runAsUser`]: 0 }, /The pod runs as user 0/],
    [{ [`${FIRST}.securityContext.runAsUser`]: 0 }, /Container orders/],
  ],
  boundary: [
    [{ [`${POD}.securityContext.runAsUser`]: 1 }],
    [{ [`${POD}.securityContext.runAsUser`]: REMOVED }],
  ],
  unknown: [`${POD}.securityContext.runAsUser`],
});
proves({
  rule: k8sPssSeccomp,
  good,
  failing: [
    [{ [`${POD}.securityContext.seccompProfile`]: REMOVED }, /wait has no/, /orders has no/],
    [{ [`${FIRST}.securityContext.seccompProfile`]: { type: "Unconfined" } }, /orders has no/],
  ],
  boundary: [[{ [`${POD}.securityContext.seccompProfile.type`]: "Localhost" }]],
  unknown: [`${POD}.securityContext.seccompProfile.type`],
});
proves({
  rule: k8sReadOnlyRootfs,
  good,
  failing: [[{ [`${FIRST}.securityContext.readOnlyRootFilesystem`]: REMOVED }, /can write/]],
  boundary: [[{ [`${FIRST}.securityContext.readOnlyRootFilesystem`]: false }, /can write/]],
  unknown: [`${FIRST}.securityContext.readOnlyRootFilesystem`],
});
proves({
  rule: k8sResources,
  good,
  failing: [
    [{ [`${FIRST}.resources`]: REMOVED }, /requests\.cpu/, /requests\.memory/, /limits\.memory/],
    [{ [`${FIRST}.resources.limits.memory`]: "64Mi" }, /less memory than it asks/],
  ],
  boundary: [
    [{ [`${FIRST}.resources.limits.memory`]: "128Mi" }],
    [{ [`${FIRST}.resources.limits.memory`]: "127Mi" }, /less memory/],
  ],
  unknown: [`${FIRST}.resources.limits.memory`],
});
proves({
  rule: k8sProbes,
  good: [deployment],
  failing: [
    [{ [`${FIRST}.readinessProbe`]: REMOVED }, /no readiness probe/],
    [{ [`${FIRST}.livenessProbe`]: { httpGet: { path: "/ready", port: 8080 } } }, /asks the same/],
  ],
  boundary: [[{ [`${FIRST}.livenessProbe`]: REMOVED }], [{ [`${INIT}.readinessProbe`]: REMOVED }]],
  unknown: [`${FIRST}.livenessProbe.httpGet.path`],
  other: cronJob,
});
const SPREAD = "spec.template.spec.topologySpreadConstraints";
const spreadOver = (topologyKey: string) => [
  { maxSkew: 1, topologyKey, whenUnsatisfiable: "ScheduleAnyway" },
];
proves({
  rule: k8sTopologySpread,
  good: changed([deployment], { [SPREAD]: spreadOver("topology.kubernetes.io/zone"), "spec.replicas": 2 }),
  failing: [
    [{ [SPREAD]: REMOVED }, /in one zone/],
    [{ [SPREAD]: spreadOver("kubernetes.io/hostname") }, /in one zone/],
  ],
  boundary: [
    [{ [SPREAD]: REMOVED, "spec.replicas": 1 }],
    [
      {
        [SPREAD]: REMOVED,
        "spec.template.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution": [
          { weight: 1, podAffinityTerm: { topologyKey: "topology.kubernetes.io/zone" } },
        ],
      },
    ],
  ],
  unknown: ["spec.replicas", SPREAD],
  other: cronJob,
});
proves({
  rule: k8sNoNakedPod,
  good: [deployment],
  failing: [[{ type: "kubernetes:core/v1:Pod" }, /A Pod is not brought back/]],
  boundary: [
    [{ type: "kubernetes:apps/v1:ReplicaSet" }, /A ReplicaSet/],
    [{ type: "kubernetes:batch/v1:Job" }],
  ],
  unknown: [],
});
proves({
  rule: k8sNoOpaqueCharts,
  good: [deployment],
  failing: [[{ type: "kubernetes:helm.sh/v3:Release" }, /hidden from every rule/]],
  boundary: [[{ type: "kubernetes:helm.sh/v4:Chart" }]],
  unknown: [],
});
proves({
  rule: k8sNoTokenAutomount,
  good: [
    ...good,
    { type: "kubernetes:core/v1:ServiceAccount", props: { automountServiceAccountToken: false } },
  ],
  failing: [
    [{ [`${POD}.automountServiceAccountToken`]: true }, /token is mounted/],
    [{ "#3.automountServiceAccountToken": REMOVED }, /^automountServiceAccountToken/],
  ],
  boundary: [[{ [`${POD}.automountServiceAccountToken`]: REMOVED }, /token is mounted/]],
  unknown: [`${POD}.automountServiceAccountToken`],
});
proves({
  rule: k8sDedicatedServiceAccount,
  good,
  failing: [
    [{ [`${POD}.serviceAccountName`]: REMOVED }, /default service account/],
    [{ [`${POD}.serviceAccountName`]: "default" }, /default service account/],
  ],
  boundary: [
    [{ [`${POD}.serviceAccountName`]: "" }, /default service account/],
    [{ [`${POD}.serviceAccountName`]: "defaults" }],
  ],
  unknown: [`${POD}.serviceAccountName`],
});
proves({
  rule: imgDigest,
  good,
  failing: [
    [
      { [`${FIRST}.image`]: "registry.example.com/shop/orders:4.0.0" },
      /runs registry\.example\.com\/shop\/orders:4\.0\.0, which can change/,
    ],
    [{ [`${INIT}.image`]: REMOVED }, /no image/],
  ],
  boundary: [
    [{ [`${FIRST}.image`]: `a/b:1@sha256:${"f".repeat(64)}` }],
    [{ [`${FIRST}.image`]: `a/b@sha256:${"f".repeat(63)}` }, /which can change/],
  ],
  unknown: [`${FIRST}.image`],
});
proves({
  rule: imgRegistryAllowList,
  good,
  failing: [[{ [`${FIRST}.image`]: "nginx" }, /comes from nginx/]],
  boundary: [
    [
      { [`${FIRST}.image`]: "registry.example.com.evil.org/x" },
      /comes from registry\.example\.com\.evil\.org/,
    ],
  ],
  unknown: [`${FIRST}.image`],
});
proves({
  rule: secNoLiteralSecrets,
  good: [...good, { type: "kubernetes:core/v1:ConfigMap", props: { data: { currency: "EUR" } } }],
  failing: [
    [
      { [`${FIRST}.env.0`]: { name: "DATABASE_PASSWORD", value: "canary-4711" } },
      /^(?!.*canary).*DATABASE_PASSWORD holds a secret/,
    ],
    [
      { [`${FIRST}.env.0`]: { name: "URL", value: "postgres://app:canary@db/x" } },
      /^(?!.*canary).*Variable URL/,
    ],
    [{ "#3.data.key": "-----BEGIN PRIVATE KEY-----" }, /Key key holds/],
  ],
  boundary: [
    [
      {
        [`${FIRST}.env.0`]: { name: "SESSION_SECRET", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
      },
    ],
    [{ [`${FIRST}.env.0`]: { name: "TOKEN_FILE", value: "/etc/token" } }],
    [{ [`${FIRST}.env.0`]: { name: "TOKEN", value: "" } }],
  ],
  unknown: [`${FIRST}.env.0.value`],
});
