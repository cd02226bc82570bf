import type { Registered } from "../../../infra/mocked";
import { type Break, REMOVED } from "./break";

const UPGRADE = /^order-upgrade:upgrade:Upgrade$/;
const at =
  (...phases: readonly string[]) =>
  ({ inputs }: Registered): boolean =>
    phases.includes(String(inputs.phase));

const FAILED = { verdict: "failed", finishedAt: "2026-11-10T07:00:00Z", key: "other" };
const STALE = (proof: object) => ({ ...proof, finishedAt: "2020-01-01T00:00:00Z" });
const proofs = (step: string, of: Break["of"], ...to: unknown[]): Break => ({
  types: UPGRADE,
  ...(of === undefined ? {} : { of }),
  path: `proofs['${step}']`,
  to: [REMOVED, FAILED, ...to],
});

const facts: Break[] = [
  { types: UPGRADE, gone: true },
  ...["environment", "phase", "change", "limits", "images", "proofs"].map(
    (path): Break => ({ types: UPGRADE, path, to: [REMOVED] }),
  ),
  {
    types: UPGRADE,
    of: at("prepared", "migrated", "staged", "live", "complete"),
    path: "change.ticket",
    to: [REMOVED, ""],
  },
  {
    types: UPGRADE,
    of: at("prepared", "migrated", "staged", "live", "complete"),
    path: "change.approver",
    to: [REMOVED, "alice", "Alice "],
  },
  {
    types: UPGRADE,
    of: at("prepared", "migrated", "staged", "live", "complete"),
    path: "operator",
    to: [null],
  },
  { types: UPGRADE, of: at("complete"), path: "confirm", to: [[]] },
  {
    types: UPGRADE,
    of: at("live", "complete"),
    path: "change",
    to: [
      (change: object) => ({
        ...change,
        freezes: [{ from: "2026-11-09", to: "2026-11-11", reason: "peak" }],
      }),
      (change: object) => ({ ...change, windows: [{ days: ["sun"], from: "01:00", to: "02:00" }] }),
    ],
  },
  proofs("backup", at("migrated", "staged")),
  proofs("restore-check", at("migrated", "staged")),
  proofs("restore-check", at("live"), STALE),
  proofs("migrate", at("live", "complete")),
  proofs("verify", at("live"), STALE),
  proofs("switched", at("complete")),
  {
    types: UPGRADE,
    of: at("migrated", "live"),
    path: "staging",
    to: [
      null,
      (staging: object) => ({ ...staging, releases: { current: "3.2.0", next: "4.1.0" } }),
      (staging: object) => ({ ...staging, images: {} }),
      (staging: object) => ({ ...staging, steps: {} }),
    ],
  },
  {
    types: UPGRADE,
    of: at("live"),
    path: "weight",
    to: [REMOVED, 120, -1],
  },
  {
    types: UPGRADE,
    of: at("staged", "live"),
    path: "dataModels['4.0.0'].runsOn",
    to: [{ oldest: 9, newest: 9 }],
  },
  {
    types: UPGRADE,
    of: at("prepared", "migrated", "staged", "live"),
    path: "findings['4.0.0'].orders",
    to: [
      (findings: object) => ({ ...findings, critical: 1 }),
      (findings: object) => ({ ...findings, high: 9 }),
      (findings: object) => ({ ...findings, scannedOn: "2020-01-01" }),
    ],
  },
];

const JOB = /^kubernetes:batch\/v1:Job$/;
const DEPLOYMENT = /^kubernetes:apps\/v1:Deployment$/;
const isStep =
  (step: string) =>
  ({ name }: Registered): boolean =>
    name.startsWith(`${step}-`);
const isWorkerOf =
  (version: string) =>
  ({ name }: Registered): boolean =>
    name.endsWith(`-worker-${version}`);

const order: Break[] = [
  // What a Job waits for is lost.
  { types: JOB, of: isStep("migrate"), options: { dependencies: [], propertyDependencies: {} } },
  { types: JOB, of: isStep("contract"), options: { dependencies: [], propertyDependencies: {} } },
  { types: JOB, of: isStep("drain"), options: { dependencies: [], propertyDependencies: {} } },
  { types: JOB, of: isStep("migrate"), gone: true },
  {
    types: DEPLOYMENT,
    phase: "live",
    of: isWorkerOf("4-0-0"),
    options: { dependencies: [], propertyDependencies: {} },
  },
  {
    types: DEPLOYMENT,
    phase: "complete",
    of: ({ name }) => /-3-2-0$/.test(name) && !name.includes("worker"),
    path: "spec.replicas",
    to: [2],
  },
  {
    types: DEPLOYMENT,
    phase: "live",
    of: isWorkerOf("3-2-0"),
    path: "spec.replicas",
    to: [1],
  },
  {
    types: DEPLOYMENT,
    phase: "live",
    of: ({ name }) => /-3-2-0$/.test(name) && !name.includes("worker"),
    path: "spec.replicas",
    to: [0],
  },
  {
    types: DEPLOYMENT,
    path: "spec.template.spec.containers[*].image",
    to: [(image: string) => image.replace(/[0-9a-f]{64}$/, "0".repeat(64))],
  },
  {
    types: DEPLOYMENT,
    of: ({ name }) => /-4-0-0$/.test(name),
    path: "spec.template.spec.containers[*].envFrom[0].configMapRef.name",
    to: ["orders-3-2-0-shared"],
    uncovered:
      "One Deployment reading another name is no sharing yet; the API server refuses a ConfigMap that is not there.",
  },
  {
    types: DEPLOYMENT,
    phase: "live",
    of: ({ name }) => name === "orders-4-0-0",
    path: "spec.template.spec.containers[*].env[1].valueFrom.secretKeyRef.name",
    to: ["release-3-2-0"],
  },
];

const customers: Break[] = [
  {
    types: /^aws:lb\/listenerRule:ListenerRule$/,
    phase: "staged",
    of: ({ name }) => name.startsWith("preview-"),
    path: "conditions",
    to: [
      (conditions: { hostHeader?: unknown }[]) =>
        conditions.filter(({ hostHeader }) => hostHeader === undefined),
    ],
  },
];

export const upgradeBreaks: readonly Break[] = [...facts, ...order, ...customers];
