import { type Break, REMOVED } from "./break";

const DEPLOYMENT = /^kubernetes:apps\/v1:Deployment$/;

/** Where the Pod lies in each kind that has one. */
const PODS: readonly (readonly [RegExp, string])[] = [
  [/^kubernetes:(apps\/v1:Deployment|batch\/v1:Job)$/, "spec.template.spec"],
  [/^kubernetes:batch\/v1:CronJob$/, "spec.jobTemplate.spec.template.spec"],
];

/** Settings of a Pod, as path below its specification. */
const POD: Readonly<Record<string, readonly unknown[]>> = {
  hostNetwork: [true],
  hostPID: [true],
  hostIPC: [true],
  automountServiceAccountToken: [true, REMOVED],
  serviceAccountName: [REMOVED, "default"],
  "securityContext.runAsUser": [0],
  "securityContext.seccompProfile": [REMOVED],
  "securityContext.seccompProfile.type": ["Unconfined"],
  "securityContext.sysctls": [[{ name: "kernel.msgmax", value: "65536" }]],
  "securityContext.seLinuxOptions": [{ type: "spc_t" }, { user: "root" }],
  "securityContext.windowsOptions": [{ hostProcess: true }],
  "securityContext.appArmorProfile": [{ type: "Unconfined" }],
  "volumes[0]": [
    { name: "scratch", hostPath: { path: "/" } },
    { name: "scratch", nfs: { server: "files.example", path: "/" } },
  ],
  initContainers: [[{ name: "open", image: "docker.io/library/busybox:latest" }]],
};

/** Settings of a container, as path below it. */
const CONTAINER: Readonly<Record<string, readonly unknown[]>> = {
  "securityContext.privileged": [true],
  "securityContext.allowPrivilegeEscalation": [true, REMOVED],
  "securityContext.readOnlyRootFilesystem": [false, REMOVED],
  "securityContext.runAsNonRoot": [false],
  "securityContext.runAsUser": [0],
  "securityContext.capabilities": [REMOVED, { drop: ["ALL"], add: ["SYS_ADMIN"] }, { drop: ["NET_RAW"] }],
  "securityContext.procMount": ["Unmasked"],
  "securityContext.seccompProfile": [{ type: "Unconfined" }],
  "securityContext.appArmorProfile": [{ type: "Unconfined" }],
  "securityContext.seLinuxOptions": [{ type: "spc_t" }],
  "securityContext.windowsOptions": [{ hostProcess: true }],
  securityContext: [REMOVED],
  "ports[0].hostPort": [8080],
  image: [
    (image: string) => image.replace(/@sha256:.*/, ":latest"),
    (image: string) => image.replace(/@sha256:.*/, ""),
    (image: string) => image.replace(/^[^/]+/, "docker.io"),
  ],
  resources: [REMOVED],
  "resources.requests.cpu": [REMOVED],
  "resources.requests.memory": [REMOVED, "64Gi"],
  "resources.limits.memory": [REMOVED, "1Mi"],
  "env[0]": [
    { name: "PAYMENT_API_KEY", value: "not-a-reference" },
    { name: "DATABASE_URL", value: "postgres://app:letmein@database:5432/orders" },
    { name: "NOTE", value: "AKIAIOSFODNN7EXAMPLE" },
  ],
};

const below = (settings: Readonly<Record<string, readonly unknown[]>>, place: string): Break[] =>
  PODS.flatMap(([types, pod]) =>
    Object.entries(settings).map(([path, to]): Break => ({ types, path: `${pod}${place}.${path}`, to })),
  );

const ROLE = /^kubernetes:rbac.*:Role$/;
const BINDING = /^kubernetes:rbac.*:RoleBinding$/;
const POLICY = /^kubernetes:networking\.k8s\.io\/v1:NetworkPolicy$/;
const PSA = "pod-security.kubernetes.io";
const rule = (apiGroup: string, resource: string, verbs: readonly string[]) => (rules: object[]) => [
  ...rules,
  { apiGroups: [apiGroup], resources: [resource], verbs },
];

const probes: Break[] = [
  { types: DEPLOYMENT, path: "spec.template.spec.containers[*].readinessProbe", to: [REMOVED] },
  {
    types: DEPLOYMENT,
    path: "spec.template.spec.containers[*].livenessProbe.httpGet.host",
    to: ["169.254.169.254"],
  },
  {
    types: DEPLOYMENT,
    path: "spec.template.spec.containers[*].livenessProbe.httpGet.path",
    // The same question twice: a Pod that is not ready is killed.
    to: [
      (_path: string, { inputs }: { inputs: never }) =>
        (
          inputs as {
            spec: { template: { spec: { containers: { readinessProbe: { httpGet: { path: string } } }[] } } };
          }
        ).spec.template.spec.containers[0]?.readinessProbe.httpGet.path,
    ],
  },
  {
    types: DEPLOYMENT,
    path: "spec.template.spec.containers[*].startupProbe",
    to: [REMOVED],
    uncovered:
      "A slow start is a matter of operation, not of safety; readiness keeps customers away meanwhile.",
  },
];

const access: Break[] = [
  { types: ROLE, path: "rules[0].verbs", to: [["*"]] },
  { types: ROLE, path: "rules[0].resources", to: [["*"]] },
  { types: ROLE, path: "rules[0].apiGroups", to: [["*"]] },
  {
    types: ROLE,
    path: "rules",
    to: [
      rule("", "secrets", ["get", "list", "watch"]),
      rule("", "secrets", ["get"]),
      rule("", "pods/exec", ["create"]),
      rule("", "pods/attach", ["create"]),
      rule("", "serviceaccounts/token", ["create"]),
      rule("", "nodes/proxy", ["get"]),
      rule("rbac.authorization.k8s.io", "roles", ["escalate"]),
      rule("rbac.authorization.k8s.io", "roles", ["bind"]),
      rule("", "users", ["impersonate"]),
    ],
  },
  { types: BINDING, path: "roleRef", to: [{ kind: "ClusterRole", name: "cluster-admin" }] },
  {
    types: BINDING,
    path: "subjects[0]",
    to: [
      { kind: "Group", name: "system:authenticated" },
      { kind: "Group", name: "system:masters" },
      { kind: "Group", name: "system:serviceaccounts" },
      { kind: "ServiceAccount", name: "default" },
      { kind: "User", name: "system:anonymous" },
    ],
  },
  {
    types: /^kubernetes:core\/v1:ServiceAccount$/,
    path: "automountServiceAccountToken",
    to: [true, REMOVED],
  },
];

const isDefaultDeny = ({ name }: { name: string }) => name.endsWith("default-deny");
const WORLD = { ipBlock: { cidr: "0.0.0.0/0" } };

const network: Break[] = [
  { types: POLICY, of: isDefaultDeny, gone: true },
  { types: POLICY, of: isDefaultDeny, path: "spec.policyTypes", to: [["Ingress"], ["Egress"]] },
  { types: POLICY, of: isDefaultDeny, path: "spec.podSelector", to: [{ matchLabels: { app: "one" } }] },
  { types: POLICY, of: isDefaultDeny, path: "spec.egress", to: [[{}]] },
  {
    types: POLICY,
    path: "spec.ingress",
    of: ({ inputs }) => "ingress" in (inputs.spec as object),
    to: [[{}]],
  },
  { types: POLICY, path: "spec.ingress[0].from", to: [REMOVED, [WORLD], [{ ipBlock: { cidr: "::/0" } }]] },
  { types: POLICY, path: "spec.egress[0].to", to: [REMOVED, [WORLD]] },
  {
    types: POLICY,
    path: "spec.egress",
    of: ({ inputs }) => "egress" in (inputs.spec as object),
    to: [
      [{ to: [WORLD], ports: [{ port: 443 }] }],
      [{ to: [{ ipBlock: { cidr: "169.254.0.0/16" } }], ports: [{ port: 80 }] }],
    ],
  },
  { types: POLICY, path: "spec.egress[*].to[*].ipBlock.except", to: [REMOVED] },
  { types: /^kubernetes:core\/v1:Service$/, path: "spec.type", to: ["NodePort", "LoadBalancer"] },
  { types: /^kubernetes:core\/v1:Service$/, path: "spec.externalIPs", to: [["203.0.113.7"]] },
];

const namespace: Break[] = [
  ...["enforce", "warn", "audit"].map(
    (mode): Break => ({
      types: /^kubernetes:core\/v1:Namespace$/,
      path: `metadata.labels['${PSA}/${mode}']`,
      to: [REMOVED, "privileged", "baseline"],
    }),
  ),
  {
    types: /^kubernetes:core\/v1:Namespace$/,
    path: `metadata.labels['${PSA}/enforce-version']`,
    to: [REMOVED, "latest"],
  },
  { types: /^kubernetes:core\/v1:Namespace$/, options: { protect: false } },
  { types: /:(ResourceQuota|LimitRange)$/, gone: true },
  {
    types: /^kubernetes:(core|apps|batch|policy|autoscaling|networking|rbac)[^:]*:(?!Namespace|List)/,
    path: "metadata.namespace",
    to: [REMOVED, "default", "kube-system"],
  },
  {
    types: /^kubernetes:core\/v1:ConfigMap$/,
    path: "data['leaked.txt']",
    to: [
      "postgres://app:letmein@database:5432/orders",
      "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
    ],
  },
];

const rollout: Break[] = [
  { types: DEPLOYMENT, path: "spec.strategy", to: [{ type: "Recreate" }] },
  {
    types: DEPLOYMENT,
    of: ({ name }) => !name.includes("worker"),
    path: "spec.strategy.rollingUpdate",
    to: [
      { maxUnavailable: 1, maxSurge: 1 },
      { maxUnavailable: "50%", maxSurge: 1 },
      { maxUnavailable: 0, maxSurge: 0 },
    ],
  },
  { types: DEPLOYMENT, path: "spec.minReadySeconds", to: [0, REMOVED] },
  { types: DEPLOYMENT, path: "spec.progressDeadlineSeconds", to: [REMOVED, 30, 7200] },
  { types: DEPLOYMENT, path: "spec.revisionHistoryLimit", to: [0, 1] },
  {
    types: DEPLOYMENT,
    of: ({ name, inputs }) => !name.includes("worker") && (inputs.spec as { replicas: number }).replicas > 0,
    path: "spec.replicas",
    to: [1],
  },
  {
    types: /:HorizontalPodAutoscaler$/,
    path: "spec.minReplicas",
    to: [1, REMOVED],
  },
  { types: /:PodDisruptionBudget$/, gone: true },
  { types: /:PodDisruptionBudget$/, path: "spec.maxUnavailable", to: [0, "100%"] },
  {
    types: /:PodDisruptionBudget$/,
    path: "spec.selector.matchLabels['app.kubernetes.io/name']",
    to: ["other"],
  },
  {
    types: /^kubernetes:(apps|batch)/,
    path: "metadata.annotations['pulumi.com/skipAwait']",
    to: ["true"],
  },
  {
    types: /^kubernetes:(apps|batch|core)/,
    path: "metadata.annotations['pulumi.com/patchForce']",
    to: ["true"],
  },
  {
    types: DEPLOYMENT,
    path: "spec.template.spec.terminationGracePeriodSeconds",
    to: [0, 5],
  },
  {
    types: DEPLOYMENT,
    of: ({ name }) => !name.includes("worker"),
    path: "spec.template.spec.containers[*].lifecycle",
    to: [REMOVED],
  },
  {
    types: DEPLOYMENT,
    of: ({ inputs }) => (inputs.spec as { replicas: number }).replicas > 1,
    path: "spec.template.spec.topologySpreadConstraints",
    to: [REMOVED],
  },
];

const JOB = /^kubernetes:batch\/v1:Job$/;
const jobs: Break[] = [
  { types: JOB, path: "spec.backoffLimit", to: [REMOVED, 100] },
  { types: JOB, path: "spec.activeDeadlineSeconds", to: [REMOVED, 1_000_000] },
  { types: JOB, path: "spec.ttlSecondsAfterFinished", to: [0, 60] },
  { types: JOB, path: "spec.parallelism", to: [4] },
  { types: JOB, path: "spec.completions", to: [4] },
  { types: JOB, path: "spec.template.spec.restartPolicy", to: ["OnFailure"] },
  {
    types: /^kubernetes:batch\/v1:CronJob$/,
    path: "spec.concurrencyPolicy",
    to: ["Allow", REMOVED],
  },
  {
    types: /^kubernetes:batch\/v1:CronJob$/,
    path: "spec.jobTemplate.spec.activeDeadlineSeconds",
    to: [REMOVED],
  },
];

export const kubernetesBreaks: readonly Break[] = [
  ...below(POD, ""),
  ...below(CONTAINER, ".containers[*]"),
  ...probes,
  ...access,
  ...network,
  ...namespace,
  ...rollout,
  ...jobs,
];
