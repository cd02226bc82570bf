import { describe, expect, it } from "vitest";
import { upgConfigurationPerRelease } from "../../../policies/upgrade/rules/upg-configuration-per-release";
import { upgCustomersFollowDial } from "../../../policies/upgrade/rules/upg-customers-follow-dial";
import { upgImagesOfRelease } from "../../../policies/upgrade/rules/upg-images-of-release";
import { upgOldReleaseWarm } from "../../../policies/upgrade/rules/upg-old-release-warm";
import { upgRemovalOrdered } from "../../../policies/upgrade/rules/upg-removal-ordered";
import { upgRollbackArmed } from "../../../policies/upgrade/rules/upg-rollback-armed";
import { upgSnapshotBeforeMigration } from "../../../policies/upgrade/rules/upg-snapshot-before-migration";
import { upgWorkersHandedOver } from "../../../policies/upgrade/rules/upg-workers-handed-over";
import { proves, REMOVED } from "../cases";
import { type FakeResource, judge, UNKNOWN } from "../harness";
import { deployment, job, NEW_IMAGE, OLD_IMAGE, upgrade } from "./fixtures";

const snapshot: FakeResource = { type: "aws:rds/snapshot:Snapshot", name: "before", props: {} };

proves({
  rule: upgSnapshotBeforeMigration,
  good: [upgrade("migrated"), snapshot, job("install", ["before"]), job("migrate", ["install-4-0-0-1"])],
  failing: [
    [[upgrade("migrated"), snapshot, job("migrate")], /migrate does not wait for a snapshot/],
    [[upgrade("migrated"), snapshot], /no Job that migrates/],
    [[upgrade("complete"), snapshot, job("contract")], /contract does not wait/],
  ],
  boundary: [
    [[upgrade("migrated"), snapshot, job("migrate", ["before"])]],
    [[upgrade("staged"), snapshot, job("verify")]],
    [[upgrade("migrated"), job("install"), job("migrate", ["install-4-0-0-1"])], /does not wait/],
  ],
  unknown: ["phase", "#3.spec.template.spec.containers"],
});

const stopped = (module: string): FakeResource => deployment(module, "3.2.0", "worker", 0);
const removal = [
  upgrade("complete"),
  stopped("orders-worker"),
  deployment("orders", "3.2.0", "service", 0),
  job("soak"),
  job("contract", ["soak-4-0-0-1", "orders-worker-3-2-0", "orders-3-2-0"]),
];
proves({
  rule: upgRemovalOrdered,
  good: removal,
  failing: [
    [{ "#2.spec.replicas": 2 }, /orders-3-2-0 still runs on the data model/],
    [{ "#2.spec.replicas": REMOVED }, /still runs/],
    [{ phase: "live" }, /in phase live/],
    [
      [...removal.slice(0, 4), job("contract", ["soak-4-0-0-1", "orders-3-2-0"])],
      /until orders-worker-3-2-0 has stopped/,
    ],
    [[upgrade("complete"), job("soak"), job("contract")], /without waiting for the soak check/],
  ],
  boundary: [
    [
      [
        upgrade("complete"),
        job("soak"),
        job("contract", ["soak-4-0-0-1"]),
        deployment("orders", "4.0.0", "service"),
      ],
    ],
    [{ "#2.spec.replicas": 1 }, /still runs/],
    [[upgrade("live"), deployment("orders", "3.2.0", "service")]],
  ],
  unknown: ["phase", "#2.spec.replicas", "#4.spec.template.spec.containers"],
});

const drain = (stoppedWorker: string): FakeResource => job("drain", [stoppedWorker]);
const begins = (release: string, dependencies: readonly string[]): FakeResource =>
  deployment("orders-worker", release, "worker", 1, { dependencies });
proves({
  rule: upgWorkersHandedOver,
  good: [
    upgrade("live"),
    stopped("orders-worker"),
    drain("orders-worker-3-2-0"),
    begins("4.0.0", ["drain-4-0-0-1"]),
  ],
  failing: [
    [{ "#1.spec.replicas": 1 }, /Workers of 3.2.0 and 4.0.0 would do the same work/],
    [
      [upgrade("live"), stopped("orders-worker"), drain("orders-worker-3-2-0"), begins("4.0.0", [])],
      /Begins before orders-worker-3-2-0 handed over/,
    ],
    [
      [upgrade("live"), stopped("orders-worker"), job("drain"), begins("4.0.0", ["drain-4-0-0-1"])],
      /Begins before/,
    ],
    [
      [upgrade("staged"), begins("3.2.0", []), deployment("orders-worker", "4.0.0", "worker", 0)],
      /Begins before orders-worker-4-0-0/,
    ],
  ],
  boundary: [
    [[upgrade("live"), begins("4.0.0", [])]],
    [[upgrade("complete"), stopped("orders-worker"), begins("4.0.0", [])]],
    [[upgrade("live"), deployment("orders", "3.2.0", "service"), begins("4.0.0", [])]],
  ],
  unknown: ["phase", "#1.spec.replicas", "#3.spec.template.metadata.labels"],
});
proves({
  rule: upgOldReleaseWarm,
  good: [upgrade("live"), deployment("orders", "3.2.0", "service"), stopped("orders-worker")],
  failing: [
    [{ "#1.spec.replicas": 0 }, /orders-3-2-0 of the old release is down/],
    [[upgrade("live"), deployment("orders", "4.0.0", "service")], /No service of 3.2.0 is left/],
  ],
  boundary: [
    [{ "#1.spec.replicas": 1 }],
    [{ phase: "complete", "#1.spec.replicas": 0 }],
    [{ strategy: "maintenance", "#1.spec.replicas": 0 }],
  ],
  unknown: ["phase", "strategy", "#1.spec.replicas"],
});

const group = (module: string, release: string): FakeResource => ({
  type: "aws:lb/targetGroup:TargetGroup",
  name: `${module}-${release.replaceAll(".", "-")}`,
  props: { arn: `arn:${module}-${release}` },
});
const route = (name: string, weights: Readonly<Record<string, number>>, host?: string): FakeResource => ({
  type: "aws:lb/listenerRule:ListenerRule",
  name,
  props: {
    conditions: [
      ...(host === undefined ? [] : [{ hostHeader: { values: [host] } }]),
      { pathPattern: { values: ["/*"] } },
    ],
    actions: [
      {
        type: "forward",
        forward: {
          targetGroups: Object.entries(weights).map(([release, weight]) => ({
            arn: `arn:web-${release}`,
            weight,
          })),
        },
      },
    ],
  },
});
const groups = [group("web", "3.2.0"), group("web", "4.0.0")];
proves({
  rule: upgCustomersFollowDial,
  good: [
    upgrade("staged"),
    ...groups,
    route("customers", { "3.2.0": 100, "4.0.0": 0 }),
    route("preview", { "4.0.0": 100 }, "preview.shop.example"),
  ],
  failing: [
    [{ "#3.actions.0.forward.targetGroups.1.weight": 10 }, /Leads customers to 4.0.0 in phase staged/],
    [[upgrade("migrated"), ...groups, route("other", { "4.0.0": 100 }, "shop.example")], /in phase migrated/],
    [{ "#4.conditions": [] }, /Leads customers/],
    [{ "#3.actions": [{ type: "forward", targetGroupArn: "arn:web-4.0.0" }] }, /Leads customers/],
  ],
  boundary: [
    [{ "#3.actions.0.forward.targetGroups.1.weight": 1 }, /Leads customers/],
    [{ "#3.actions.0.forward.targetGroups.1.weight": REMOVED }, /Leads customers/],
    [{ "#3.actions": [{ type: "fixed-response" }] }],
    [[upgrade("live"), ...groups, route("customers", { "3.2.0": 90, "4.0.0": 10 })]],
    [[upgrade("complete"), ...groups, route("customers", { "4.0.0": 100 })]],
    [{ "#4.conditions.0.hostHeader.values": ["preview.shop.example", "shop.example"] }, /Leads customers/],
  ],
  unknown: [
    "phase",
    "next",
    "#4.conditions",
    "#3.actions.0.forward.targetGroups.0.arn",
    "#3.actions.0.forward.targetGroups.1.weight",
  ],
  // A group that is not made yet serves nobody while its weight is 0.
  unknownIsSet: ["#3.actions.0.forward.targetGroups.1.arn", "#2.arn"],
});

describe("a public rule whose groups are not made yet", () => {
  const unmade = (release: string): FakeResource => ({
    ...route("customers", { [release]: 100 }),
    props: {
      actions: [{ type: "forward", forward: { targetGroups: [{ arn: UNKNOWN, weight: 100 }] } }],
      conditions: [],
    },
    propertyDependencies: { actions: [group("web", release).name ?? ""] },
  });

  it("is in order when it names only groups of the old release", () => {
    const outcome = judge(upgCustomersFollowDial, [upgrade("migrated"), ...groups, unmade("3.2.0")]);
    expect([...outcome.violations, ...outcome.undecided]).toEqual([]);
  });

  it("is not decided when it names one of the new release", () => {
    const outcome = judge(upgCustomersFollowDial, [upgrade("migrated"), ...groups, unmade("4.0.0")]);
    expect(outcome.undecided[0]).toMatch(/UNDECIDED/);
  });
});

const alarm: FakeResource = {
  type: "aws:cloudwatch/metricAlarm:MetricAlarm",
  name: "errors",
  props: { actionsEnabled: true, alarmActions: ["arn:topic"], tags: { purpose: "release" } },
};
proves({
  rule: upgRollbackArmed,
  good: [upgrade("live"), alarm],
  failing: [
    [[upgrade("live")], /No alarm speaks/],
    [{ "#1.alarmActions": [] }, /Nobody hears/],
    [{ "#1.actionsEnabled": false }, /Nobody hears/],
  ],
  boundary: [
    [[upgrade("steady")]],
    [{ "#1.actionsEnabled": REMOVED }],
    [{ "#1.tags": {} }, /No alarm speaks/],
  ],
  unknown: ["phase", "#1.actionsEnabled", "#1.alarmActions", "#1.tags"],
});
proves({
  rule: upgImagesOfRelease,
  good: [
    upgrade("live"),
    deployment("orders", "3.2.0", "service"),
    deployment("orders", "4.0.0", "service"),
    job("verify"),
  ],
  failing: [
    [{ "#1.spec.template.spec.containers.0.image": NEW_IMAGE }, /manifest of 3.2.0 does not name/],
    [{ "#3.spec.template.spec.containers.0.image": OLD_IMAGE }, /no release's manifest names as a tool/],
    [{ images: REMOVED }, /3.2.0/, /4.0.0/],
    [{ tools: REMOVED }, /as a tool/],
  ],
  boundary: [
    [{ "#2.spec.template.spec.initContainers": [{ image: NEW_IMAGE }] }],
    [{ "#2.spec.template.spec.initContainers": [{ image: OLD_IMAGE }] }, /manifest of 4.0.0/],
  ],
  unknown: ["images", "tools", "#1.spec.template.spec.containers.0.image"],
});
proves({
  rule: upgConfigurationPerRelease,
  good: [deployment("orders", "3.2.0", "service"), deployment("orders", "4.0.0", "service")],
  failing: [
    [
      { "#1.spec.template.spec.containers.0.envFrom": [{ configMapRef: { name: "orders-3-2-0" } }] },
      /ConfigMap orders-3-2-0 is read by releases 3.2.0 and 4.0.0/,
    ],
    [
      { "#1.spec.template.spec.volumes": [{ secret: { secretName: "release-3.2.0" } }] },
      /Secret release-3.2.0/,
    ],
    [
      {
        "#1.spec.template.spec.volumes": [
          { projected: { sources: [{ configMap: { name: "orders-3-2-0" } }] } },
        ],
      },
      /ConfigMap orders-3-2-0/,
    ],
  ],
  boundary: [
    [[deployment("orders", "4.0.0", "service"), deployment("orders", "4.0.0", "worker")]],
    [
      {
        "metadata.labels": {},
        "#1.spec.template.spec.containers.0.envFrom": [{ configMapRef: { name: "orders-3-2-0" } }],
      },
    ],
  ],
  unknown: ["#1.spec.template.spec.containers.0.envFrom", "metadata.labels"],
});

describe("order in a preview that does not know the proofs", () => {
  const unsettled = (phase: string): FakeResource => upgrade(phase, { proofs: UNKNOWN });

  it("is not decided, because dependencies are not known either", () => {
    const worker = begins("4.0.0", []);
    const cases = [
      [upgSnapshotBeforeMigration, [unsettled("migrated"), snapshot, job("migrate")]],
      [upgRemovalOrdered, [unsettled("complete"), job("soak"), job("contract")]],
      [upgWorkersHandedOver, [unsettled("live"), stopped("orders-worker"), worker]],
    ] as const;
    for (const [rule, resources] of cases) {
      const { violations, undecided } = judge(rule, resources);
      expect(violations).toEqual([]);
      expect(undecided[0]).toMatch(/decided in the update/);
    }
  });
});
