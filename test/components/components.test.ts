import { beforeAll, describe, expect, it } from "vitest";
import type { Module } from "../../releases/manifest";
import { COMMON, only, registeredBy, startRecording } from "./registered";

const module: Module = {
  name: "till",
  kind: "service",
  image: "till",
  arguments: [],
  port: 8080,
  replicas: 2,
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "256Mi" } },
  probes: { readiness: "/ready", liveness: "/health" },
  metrics: "/metrics",
  graceSeconds: 20,
  public: ["/*"],
  calls: [],
  reaches: [],
  database: true,
  configuration: [],
};
const NAMES = { namespace: "orders", version: "1.2.3" };
const ARGUMENTS = {
  module,
  image: "registry.example/till@sha256:0",
  configuration: { LIMIT: "5" },
  replicas: 2,
};

beforeAll(startRecording);

describe("bucket", () => {
  it("is private, versioned, encrypted, TLS only, and write-once where asked", async () => {
    const { Bucket } = await import("../../components/bucket/bucket.js");
    const made = await registeredBy(
      () => new Bucket("b", { ...COMMON, bucketName: "b", keyArn: "key", accountId: "1", writeOnceDays: 30 }),
    );
    expect(only(made, "aws:s3/bucket:Bucket").inputs).toMatchObject({
      forceDestroy: false,
      objectLockEnabled: true,
    });
    expect(only(made, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(only(made, "aws:s3/bucketVersioning:BucketVersioning").inputs.versioningConfiguration.status).toBe(
      "Enabled",
    );
    expect(only(made, "aws:s3/bucketPolicy:BucketPolicy").inputs.policy).toContain(
      '"aws:SecureTransport":"false"',
    );
    expect(
      only(made, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").inputs.rule
        .defaultRetention,
    ).toEqual({ mode: "GOVERNANCE", days: 30 });
  });

  it("has no lock and no end of life unless asked", async () => {
    const { Bucket } = await import("../../components/bucket/bucket.js");
    const made = await registeredBy(
      () => new Bucket("c", { ...COMMON, bucketName: "c", keyArn: undefined, accountId: "1" }),
    );
    expect(made.map(({ type }) => type).filter((type) => /Lock|Lifecycle/.test(type))).toEqual([]);
    expect(JSON.stringify(made)).toContain('"sseAlgorithm":"AES256"');
  });
});

describe("database", () => {
  const database = {
    ...COMMON,
    kind: "create",
    identifier: "orders",
    databaseName: "orders",
    engineVersion: "17.5",
    allowMajorUpgrade: false,
    instanceClass: "db.r7g.large",
    storageGibibytes: 100,
    storageLimitGibibytes: 500,
    storageType: "gp3",
    iops: undefined,
    multiZone: true,
    backupRetentionDays: 14,
    backupWindow: "01:00-02:00",
    maintenanceWindow: "sun:03:00-sun:04:00",
    deletionProtection: true,
    slowQueryMilliseconds: 500,
    subnetIds: ["subnet-1", "subnet-2"],
    securityGroupId: "sg-1",
    keyArn: "key",
    administratorPassword: "open-sesame",
    logRetentionDays: 365,
  } as const;

  it("is encrypted, guarded against deletion, backed up, and speaks TLS only", async () => {
    const { Database } = await import("../../components/database/database.js");
    const made = await registeredBy(() => new Database("database", database));
    const { inputs } = only(made, "aws:rds/instance:Instance");
    expect(inputs).toMatchObject({
      storageEncrypted: true,
      multiAz: true,
      publiclyAccessible: false,
      deletionProtection: true,
      skipFinalSnapshot: false,
      deleteAutomatedBackups: false,
      backupRetentionPeriod: 14,
      iamDatabaseAuthenticationEnabled: true,
      performanceInsightsEnabled: true,
      applyImmediately: false,
    });
    expect(inputs).not.toHaveProperty("password");
    const settings = only(made, "aws:rds/parameterGroup:ParameterGroup").inputs;
    expect(settings.parameters).toContainEqual({
      name: "rds.force_ssl",
      value: "1",
      applyMethod: "immediate",
    });
    expect(settings.name).toBe("orders-postgres17");
  });

  it("gives each role a URL that asks the server to prove itself", async () => {
    const { databaseUrl } = await import("../../components/database/settings.js");
    expect(
      databaseUrl("app", "p@ss/", "db.example", 5432, "orders", { statementLimitMilliseconds: 30_000 }),
    ).toBe(
      "postgresql://app:p%40ss%2F@db.example:5432/orders?sslmode=verify-full&options=-c%20statement_timeout%3D30000",
    );
    expect(databaseUrl("app", "p", "db.example", 5432, "orders", { ownAuthority: true })).toBe(
      "postgresql://app:p@db.example:5432/orders?sslmode=verify-full&sslrootcert=/etc/order-upgrade/database/authority.pem",
    );
  });
});

describe("modules", () => {
  const args = {
    ...NAMES,
    modules: [ARGUMENTS],
    configMaps: { till: "till-1-2-3-abc" },
    autoscaled: true,
    ownAuthority: false,
    preStopSeconds: 10,
    minReadySeconds: 5,
    after: [],
  };

  it("mounts the certificates of the database's authority where the URL looks for them", async () => {
    const { Modules } = await import("../../components/order-system/modules.js");
    const made = await registeredBy(
      () => new Modules("services", { ...args, state: "on", ownAuthority: true }),
    );
    const { spec } = only(made, "kubernetes:apps/v1:Deployment").inputs.spec.template;
    expect(spec.containers[0].volumeMounts).toContainEqual({
      name: "database-authority",
      mountPath: "/etc/order-upgrade/database",
      readOnly: true,
    });
    expect(spec.volumes).toContainEqual({
      name: "database-authority",
      secret: { secretName: expect.any(String), items: [{ key: "authority.pem", path: "authority.pem" }] },
    });
  });

  it("run restricted, one replica at a time, and finish what they have", async () => {
    const { Modules } = await import("../../components/order-system/modules.js");
    const made = await registeredBy(() => new Modules("m", { ...args, state: "on" }));
    const { spec } = only(made, "kubernetes:apps/v1:Deployment").inputs;
    expect(spec.replicas).toBe(2);
    expect(spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    const pod = spec.template.spec;
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      serviceAccountName: "till-1-2-3",
      terminationGracePeriodSeconds: 30,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(pod.containers[0]).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      lifecycle: { preStop: { sleep: { seconds: 10 } } },
      readinessProbe: { httpGet: { path: "/ready" } },
      livenessProbe: { httpGet: { path: "/health" } },
    });
    expect(made.map(({ type }) => type).sort()).toEqual([
      "kubernetes:apps/v1:Deployment",
      "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
      "kubernetes:core/v1:Service",
      "kubernetes:policy/v1:PodDisruptionBudget",
      "order-upgrade:components:Modules",
    ]);
  });

  it("that are off have a Deployment without replicas, and nothing leads to them", async () => {
    const { Modules } = await import("../../components/order-system/modules.js");
    const made = await registeredBy(() => new Modules("n", { ...args, state: "off" }));
    expect(only(made, "kubernetes:apps/v1:Deployment").inputs.spec.replicas).toBe(0);
    expect(made).toHaveLength(2);
  });

  it("of the kind worker are never two generations at work, and are not balanced", async () => {
    const { Modules } = await import("../../components/order-system/modules.js");
    const worker = { ...ARGUMENTS, module: { ...module, kind: "worker" as const } };
    const made = await registeredBy(() => new Modules("w", { ...args, modules: [worker], state: "on" }));
    const { spec } = only(made, "kubernetes:apps/v1:Deployment").inputs;
    expect(spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 1, maxSurge: 0 });
    expect(spec.template.spec.containers[0]).not.toHaveProperty("lifecycle");
    expect(only(made, "kubernetes:core/v1:Service").inputs.spec.clusterIP).toBe("None");
  });
});

describe("network policies", () => {
  it("let a module reach what its manifest declares and nothing else", async () => {
    const { NetworkPolicies } = await import("../../components/order-system/network-policies.js");
    const caller: Module = { ...module, name: "front", calls: ["till"], reaches: ["bank"], database: false };
    const made = await registeredBy(
      () =>
        new NetworkPolicies("p", {
          ...NAMES,
          modules: [module, caller],
          connections: { bank: { port: 8443, cidrs: [] } },
          privateCidrs: ["10.1.0.0/16"],
          databasePort: 5432,
          after: [],
        }),
    );
    const policy = (name: string) => made.find((one) => one.name === name)?.inputs.spec;
    const ports = (name: string) =>
      policy(name).egress.flatMap((rule: { ports: { port: number }[] }) =>
        rule.ports.map(({ port }) => port),
      );
    expect(ports("till-1-2-3")).toEqual([5432, 80]);
    expect(ports("front-1-2-3")).toEqual([8080, 8443, 80]);
    expect(JSON.stringify(policy("front-1-2-3").egress)).toContain('"except":["169.254.169.254/32"]');
    expect(policy("till-1-2-3").ingress[0].from).toEqual([
      {
        podSelector: {
          matchLabels: { "app.kubernetes.io/name": "front", "app.kubernetes.io/version": "1.2.3" },
        },
      },
    ]);
  });
});

describe("job", () => {
  it("is tried a few times, has a deadline below the update's, and keeps its evidence", async () => {
    const { Job } = await import("../../components/job/job.js");
    const made = await registeredBy(
      () =>
        new Job("j", {
          namespace: "orders",
          jobName: "migrate-1-2-3-1",
          step: "migrate",
          release: "1.2.3",
          image: "registry.example/jobs@sha256:0",
          serviceAccount: "jobs",
          environment: { B: "2", A: { secret: "s", key: "K" } },
          files: [{ configMap: "release-1-2-3", paths: { "manifest.yaml": "releases/1.2.3/manifest.yaml" } }],
          memory: "256Mi",
          timeLimitSeconds: 600,
          retries: 3,
          after: [],
        }),
    );
    const { metadata, spec } = only(made, "kubernetes:batch/v1:Job").inputs;
    expect(metadata.annotations["pulumi.com/replaceUnready"]).toBe("true");
    expect(spec).toMatchObject({
      backoffLimit: 3,
      activeDeadlineSeconds: 600,
      completions: 1,
      parallelism: 1,
    });
    expect(spec).not.toHaveProperty("ttlSecondsAfterFinished");
    const [container] = spec.template.spec.containers;
    expect(container.args).toEqual(["migrate"]);
    expect(container.env).toEqual([
      { name: "A", valueFrom: { secretKeyRef: { name: "s", key: "K" } } },
      { name: "B", value: "2" },
    ]);
    expect(spec.template.spec.restartPolicy).toBe("Never");
  });
});

describe("routes", () => {
  it("share customers out by weight, or show the page", async () => {
    const { Routes } = await import("../../components/edge/routes.js");
    const made = await registeredBy(
      () =>
        new Routes("r", {
          ...COMMON,
          listenerArn: "listener",
          maintenancePage: "<h1>Soon</h1>",
          host: "preview.shop.example",
          routes: [
            {
              key: "a",
              path: "/a*",
              priority: 1,
              forwards: [
                { targetGroupArn: "t1", weight: 90 },
                { targetGroupArn: "t2", weight: 10 },
              ],
            },
            { key: "b", path: "/b*", priority: 2, forwards: [] },
          ],
          after: [],
        }),
    );
    const rule = (name: string) => made.find((one) => one.name === name)?.inputs;
    expect(rule("r-a")?.actions[0].forward.targetGroups).toEqual([
      { arn: "t1", weight: 90 },
      { arn: "t2", weight: 10 },
    ]);
    expect(rule("r-a")?.conditions).toEqual([
      { hostHeader: { values: ["preview.shop.example"] } },
      { pathPattern: { values: ["/a*"] } },
    ]);
    expect(rule("r-b")?.actions[0].fixedResponse).toMatchObject({
      statusCode: "503",
      messageBody: "<h1>Soon</h1>",
    });
  });

  it("have a page that fits the load balancer and cannot be broken out of", async () => {
    const { maintenancePage } = await import("../../components/edge/maintenance-page.js");
    const page = maintenancePage({ title: "<script>", message: 'a & "b"', retryAfterSeconds: 600 });
    expect(page).not.toContain("<script>");
    expect(page.length).toBeLessThan(1024);
  });
});

describe("people", () => {
  it("read no Secrets, run nothing in Pods, and change no rights", async () => {
    const { People } = await import("../../components/access/people.js");
    const made = await registeredBy(
      () =>
        new People("people", {
          namespace: "orders",
          groups: { operator: ["ops"], support: [], auditor: [] },
          after: [],
        }),
    );
    const text = JSON.stringify(made.filter(({ type }) => type.endsWith(":Role")));
    for (const forbidden of ["secrets", "pods/exec", '"*"', "escalate", "impersonate", '"bind"'])
      expect(text).not.toContain(forbidden);
    expect(only(made, "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding").inputs.subjects).toEqual([
      { apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "ops" },
    ]);
  });
});

describe("continuous backup", () => {
  const args = {
    ...COMMON,
    accountId: "111122223333",
    resourceArns: ["arn:aws:rds:::db:orders"],
    keyArn: "key",
    intervalHours: 12,
    retentionDays: 35,
    copyRegion: "eu-west-1",
    restoreTest: { subnetGroupName: "orders", securityGroupId: "sg-1" },
  };

  it("keeps recovery points, copies them to another Region, and restores one every week", async () => {
    const { ContinuousBackup } = await import("../../components/backup/continuous.js");
    const made = await registeredBy(() => new ContinuousBackup("c", { ...args, lock: "governance" }));
    const [rule] = only(made, "aws:backup/plan:Plan").inputs.rules;
    expect(rule.lifecycle).toEqual({ deleteAfter: 35 });
    expect(rule.copyActions).toHaveLength(1);
    expect(
      made.filter(({ type }) => type === "aws:backup/vault:Vault").map(({ inputs }) => inputs.region),
    ).toEqual(expect.arrayContaining([undefined, "eu-west-1"]));
    const lock = made.find(({ type }) => type.includes("vaultLockConfiguration"));
    expect(lock?.inputs).not.toHaveProperty("changeableForDays");
    expect(
      only(made, "aws:backup/restoreTestingSelection:RestoreTestingSelection").inputs
        .restoreMetadataOverrides,
    ).toMatchObject({ dbSubnetGroupName: "orders" });
  });

  it("is locked for good only when asked", async () => {
    const { ContinuousBackup } = await import("../../components/backup/continuous.js");
    const made = await registeredBy(
      () => new ContinuousBackup("d", { ...args, copyRegion: undefined, lock: "compliance" }),
    );
    expect(made.find(({ type }) => type.includes("vaultLockConfiguration"))?.inputs.changeableForDays).toBe(
      3,
    );
  });
});

describe("alarms", () => {
  it("tell somebody, and silence about the release is bad news", async () => {
    const { Alarms } = await import("../../components/monitoring/alarms.js");
    const watch = {
      description: "d",
      namespace: "N",
      metric: "M",
      dimensions: { A: "a" },
      comparison: "above",
      threshold: 1,
    } as const;
    const made = await registeredBy(
      () =>
        new Alarms("a", {
          ...COMMON,
          topicArn: "topic",
          periodSeconds: 60,
          periods: 3,
          watches: [
            { ...watch, key: "one", statistic: "p99", release: true },
            { ...watch, key: "two", statistic: "Sum", shareOf: "All", release: false },
          ],
        }),
    );
    const alarm = (name: string) => made.find((one) => one.name === name)?.inputs;
    expect(alarm("a-one")).toMatchObject({
      alarmActions: ["topic"],
      treatMissingData: "breaching",
      extendedStatistic: "p99",
    });
    expect(alarm("a-two")?.metricQueries.at(-1)).toMatchObject({
      expression: "FILL(part, 0) / whole",
      returnData: true,
    });
    expect(alarm("a-verdict")).toMatchObject({
      alarmRule: 'ALARM("orders-test-one")',
      alarmActions: ["topic"],
    });
  });
});

describe("evidence documents", () => {
  it("are read with their digest, or refused with the reason", async () => {
    const { readDocument } = await import("../../components/evidence/document.js");
    const body = JSON.stringify({
      version: 1,
      step: "verify",
      release: "1.2.3",
      attempt: 2,
      verdict: "failed",
      startedAt: "2026-01-01T00:00:00Z",
      finishedAt: "2026-01-01T00:01:00Z",
      checks: [
        { name: "good", holds: true },
        { name: "bad", holds: false },
      ],
    });
    expect(readDocument("k", body)).toMatchObject({
      verdict: "failed",
      failed: ["bad"],
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(readDocument("k", "{")).toBe("k is not JSON");
    expect(readDocument("k", '{"version":2}')).toContain("version 2");
    expect(readDocument("k", '{"version":1,"step":"x"}')).toContain("lacks");
  });

  it("of the newest attempt count, up to the one at hand", async () => {
    const { newestKey } = await import("../../components/evidence/document.js");
    const keys = [
      "s/1.2.3/1/verify.json",
      "s/1.2.3/3/verify.json",
      "s/1.2.3/10/verify.json",
      "s/1.2.3/2/other.json",
      "t/1.2.3/4/verify.json",
    ];
    expect(newestKey(keys, "s", "1.2.3", "verify", 9)).toBe("s/1.2.3/3/verify.json");
    expect(newestKey(keys, "s", "1.2.3", "verify", 10)).toBe("s/1.2.3/10/verify.json");
    expect(newestKey(keys, "s", "1.2.4", "verify", 10)).toBeUndefined();
    expect(newestKey(keys, "s", "1x2.3", "verify", 10)).toBeUndefined();
  });
});
