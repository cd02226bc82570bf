import type { FakeResource } from "../harness";

export const NOW = "2026-11-10T08:00:00.000Z";
/** A Tuesday, 09:00 in Berlin. */
export const clock = (): Date => new Date(NOW);

const image = (name: string, letter: string): string =>
  `registry.example/shop/${name}@sha256:${letter.repeat(64)}`;
export const OLD_IMAGE = image("shop", "3");
export const NEW_IMAGE = image("shop", "4");
export const TOOL_IMAGE = image("jobs", "5");

const proof = (step: string, finishedAt = "2026-11-10T07:00:00.000Z") => ({
  verdict: "passed",
  digest: `sha256:${"a".repeat(64)}`,
  finishedAt,
  key: `production/4.0.0/1/${step}.json`,
});

const IMAGES = { "3.2.0": { shop: OLD_IMAGE }, "4.0.0": { shop: NEW_IMAGE } };
const scan = { scannedOn: "2026-11-01", critical: 0, high: 0 };

/** The facts of a production upgrade in a phase, all in order. */
export const upgrade = (phase: string, changes: Readonly<Record<string, unknown>> = {}): FakeResource => ({
  type: "order-upgrade:upgrade:Upgrade",
  name: "upgrade",
  props: {
    environment: "production",
    phase,
    strategy: "blue-green",
    attempt: 1,
    current: "3.2.0",
    next: "4.0.0",
    weight: phase === "live" ? 100 : null,
    page: false,
    previewHost: "preview.shop.example",
    confirm: ["complete 4.0.0"],
    operator: "alice",
    change: {
      ticket: "CHG-1",
      approver: "bob",
      timeZone: "Europe/Berlin",
      windows: [{ days: ["tue"], from: "06:00", to: "16:00" }],
      freezes: [{ from: "2026-11-23", to: "2026-12-02", reason: "peak season" }],
    },
    limits: { backup: 86_400, verification: 3600, soak: 3600, scan: 90 * 86_400, promotion: 14 * 86_400 },
    findingsAllowed: { critical: 0, high: 0 },
    irreversible: [{ phase: "complete", what: "the old data model is archived and removed" }],
    images: structuredClone(IMAGES),
    tools: { "3.2.0": { jobs: TOOL_IMAGE }, "4.0.0": { jobs: TOOL_IMAGE } },
    findings: { "3.2.0": { shop: scan }, "4.0.0": { shop: { ...scan } } },
    dataModels: {
      "3.2.0": { version: 3, schema: "shop_v3", runsOn: { oldest: 3, newest: 3 } },
      "4.0.0": { version: 4, schema: "shop_v4", runsOn: { oldest: 4, newest: 4 } },
    },
    staging: {
      stack: "staging",
      releases: { current: "3.2.0", next: "4.0.0" },
      images: structuredClone(IMAGES),
      steps: {
        "restore-check": proof("restore-check"),
        migrate: proof("migrate"),
        verify: proof("verify"),
        switched: proof("switched"),
      },
    },
    promotion: {
      verdict: "passed",
      digest: `sha256:${"b".repeat(64)}`,
      finishedAt: "2026-11-10T07:30:00.000Z",
      from: "staging",
      approver: "bob",
      operator: "alice",
      ticket: "CHG-1",
      images: "sha256:images",
      parameters: "sha256:parameters",
      steps: Object.fromEntries(
        ["restore-check", "migrate", "verify", "switched"].map((step) => [step, proof(step).digest]),
      ),
      wanted: { images: "sha256:images", parameters: "sha256:parameters" },
    },
    proofs: {
      precheck: proof("precheck"),
      backup: proof("backup"),
      "restore-check": proof("restore-check"),
      ...(phase === "migrated" ? {} : { migrate: proof("migrate") }),
      ...(phase === "live" || phase === "complete" ? { verify: proof("verify") } : {}),
      ...(phase === "complete" ? { switched: proof("switched") } : {}),
    },
    ...changes,
  },
});

/** A Deployment of a release. */
export const deployment = (
  module: string,
  release: string,
  kind: "service" | "worker",
  replicas = 2,
  more: Partial<FakeResource> = {},
): FakeResource => {
  const name = `${module}-${release.replaceAll(".", "-")}`;
  const labels = { "app.kubernetes.io/name": module, "app.kubernetes.io/version": release };
  return {
    type: "kubernetes:apps/v1:Deployment",
    name,
    props: {
      metadata: { name, namespace: "orders", labels },
      spec: {
        replicas,
        revisionHistoryLimit: 3,
        minReadySeconds: 10,
        progressDeadlineSeconds: 300,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: {
          metadata: { labels: { ...labels, "order-upgrade.dev/role": kind } },
          spec: {
            containers: [
              {
                name: module,
                image: release === "3.2.0" ? OLD_IMAGE : NEW_IMAGE,
                envFrom: [{ configMapRef: { name } }],
                env: [
                  {
                    name: "DATABASE_URL",
                    valueFrom: { secretKeyRef: { name: `release-${release}`, key: "u" } },
                  },
                ],
              },
            ],
            volumes: [{ name: "scratch", emptyDir: {} }],
          },
        },
      },
    },
    ...more,
  };
};

export const job = (step: string, dependencies: readonly string[] = []): FakeResource => ({
  type: "kubernetes:batch/v1:Job",
  name: `${step}-4-0-0-1`,
  dependencies,
  props: {
    metadata: { name: `${step}-4-0-0-1` },
    spec: {
      backoffLimit: 3,
      activeDeadlineSeconds: 3600,
      completions: 1,
      parallelism: 1,
      template: {
        spec: { restartPolicy: "Never", containers: [{ name: "job", image: TOOL_IMAGE, args: [step] }] },
      },
    },
  },
});
