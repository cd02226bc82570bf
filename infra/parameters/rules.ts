import { confirmationOf, needsNext } from "../phases";
import { bytes, seconds } from "../units";
import type { Problem } from "./problems";
import type { Parameters } from "./schema";

/** A rule over several parameters. */
type Rule = (parameters: Parameters) => Problem[];

const when = (wrong: boolean, path: string, rule: string, got: unknown, wayOut: string): Problem[] =>
  wrong ? [{ path, rule, got, wayOut }] : [];

const releases: Rule = ({ phase, release }) => [
  ...when(
    needsNext(phase) && release.next === undefined,
    "release.next",
    `is missing in phase ${phase}`,
    release.next,
    "Set the version being introduced, or set phase to steady.",
  ),
  ...when(
    release.next === release.current,
    "release.next",
    "must not be the release in use",
    release.next,
    "Remove it, or name the release being introduced.",
  ),
];

const confirmations: Rule = ({ phase, release, confirm, backup }) => [
  ...when(
    phase === "complete" && release.next !== undefined && !confirm.includes(confirmationOf(release.next)),
    "confirm",
    "must name the step that cannot be undone",
    confirm,
    `Add "${confirmationOf(release.next ?? "")}" to confirm: the old data model is archived and removed.`,
  ),
  ...when(
    backup.lock === "compliance" && !confirm.includes("compliance lock"),
    "confirm",
    "must name the lock that nobody can lift",
    confirm,
    'Add "compliance lock" to confirm, or set backup.lock to governance.',
  ),
];

const canary: Rule = ({ edge, phase, strategy }) => [
  ...when(
    edge.canary.at(-1) !== 100 || edge.canary.some((share, index) => share <= (edge.canary[index - 1] ?? 0)),
    "edge.canary",
    "must grow from step to step and end with 100",
    edge.canary,
    "Use a list such as [10, 50, 100].",
  ),
  ...when(
    phase === "complete" && edge.weight !== 100,
    "edge.weight",
    "must be 100 in phase complete",
    edge.weight,
    "Go to 100 in phase live, let it soak, then complete.",
  ),
  ...when(
    strategy === "maintenance" && edge.weight !== 100,
    "edge.weight",
    "must be 100 with strategy maintenance",
    edge.weight,
    "The old release is down, so no share of customers can stay on it; use strategy blue-green for a canary.",
  ),
];

const production: Rule = ({ environment, change, phase, cluster, database, edge, monitoring, security }) => {
  if (environment !== "production") return [];
  const must = (wrong: boolean, path: string, rule: string, got: unknown, wayOut: string) =>
    when(wrong, path, `${rule} in production`, got, wayOut);
  return [
    ...must(
      phase !== "steady" && change.ticket === undefined,
      "change.ticket",
      "is needed for an upgrade",
      change.ticket,
      "Set the number of the change.",
    ),
    ...must(
      phase !== "steady" && change.approver === undefined,
      "change.approver",
      "is needed for an upgrade",
      change.approver,
      "Set who approved the change.",
    ),
    ...must(
      cluster.maximumReplicas < 2,
      "cluster.maximumReplicas",
      "must be at least 2",
      cluster.maximumReplicas,
      "One replica means an outage at each restart.",
    ),
    ...must(
      !database.multiZone,
      "database.multiZone",
      "must be true",
      database.multiZone,
      "Set it; a standby takes over when the instance fails.",
    ),
    ...must(
      !database.deletionProtection,
      "database.deletionProtection",
      "must be true",
      database.deletionProtection,
      "Set it.",
    ),
    ...must(!edge.firewall, "edge.firewall", "must be true", edge.firewall, "Set it."),
    ...must(
      monitoring.receivers.length === 0,
      "monitoring.receivers",
      "must name somebody",
      monitoring.receivers,
      "Alarms without a receiver are not seen.",
    ),
    ...must(!security.trail, "security.trail", "must be true", security.trail, "Set it."),
  ];
};

const times: Rule = ({ soak, monitoring, edge, backup, database, change }) => [
  ...when(
    seconds(soak.period) < seconds(monitoring.period),
    "soak.period",
    `must be at least the alarms' period (${monitoring.period})`,
    soak.period,
    "A shorter soak ends before an alarm could ring.",
  ),
  ...when(
    seconds(monitoring.period) % 60 !== 0 && ![10, 20, 30].includes(seconds(monitoring.period)),
    "monitoring.period",
    "must be 10s, 20s, 30s or whole minutes",
    monitoring.period,
    "Use 1m, 2m, 5m.",
  ),
  ...when(
    seconds(edge.slowStart) > 0 && seconds(edge.slowStart) < 30,
    "edge.slowStart",
    "must be 0s or at least 30s",
    edge.slowStart,
    "The load balancer knows nothing between.",
  ),
  ...when(
    seconds(edge.slowStart) > 0 && edge.balancing !== "round_robin",
    "edge.slowStart",
    `must be 0s with balancing ${edge.balancing}`,
    edge.slowStart,
    "AWS knows a slow start with round_robin alone: set edge.balancing to it, or slowStart to 0s.",
  ),
  ...when(
    seconds(backup.interval) % 3600 !== 0,
    "backup.interval",
    "must be whole hours",
    backup.interval,
    "Use 1h, 6h, 12h, 24h.",
  ),
  ...when(
    bytes(database.storageLimit) < bytes(database.storage),
    "database.storageLimit",
    `must not be below database.storage (${database.storage})`,
    database.storageLimit,
    "Raise it.",
  ),
  ...when(
    bytes(monitoring.freeStorage) >= bytes(database.storage),
    "monitoring.freeStorage",
    `must be below database.storage (${database.storage})`,
    monitoring.freeStorage,
    "Lower it; the alarm would ring at once.",
  ),
  ...change.freezes.flatMap((freeze, index) =>
    when(
      freeze.to < freeze.from,
      `change.freezes.${index}.to`,
      `must not be before the first day (${freeze.from})`,
      freeze.to,
      "Exchange the two.",
    ),
  ),
  ...change.windows.flatMap((window, index) =>
    when(
      window.from === window.to,
      `change.windows.${index}.to`,
      "must differ from the beginning",
      window.to,
      "An empty window never opens.",
    ),
  ),
];

const storage: Rule = ({ database }) => [
  ...when(
    database.storageType === "gp3" &&
      database.iops !== undefined &&
      bytes(database.storage) < 400 * 1024 ** 3,
    "database.iops",
    "must be absent with gp3 below 400GiB",
    database.iops,
    "Remove it (3000 are included), or raise database.storage.",
  ),
  ...when(
    database.storageType === "io2" && database.iops === undefined,
    "database.iops",
    "is missing; io2 needs it",
    database.iops,
    "Set it, such as 3000.",
  ),
];

const maintenance: Rule = ({ strategy, edge }) =>
  when(
    strategy === "maintenance" && !edge.firewall,
    "edge.firewall",
    "must be true with strategy maintenance",
    edge.firewall,
    "Set it: the load balancer's own page cannot carry Retry-After, the firewall's can.",
  );

const hosts: Rule = ({ edge }) =>
  when(
    edge.host === edge.previewHost,
    "edge.previewHost",
    "must not be the customers' name",
    edge.previewHost,
    `Use a name of its own, such as preview.${edge.host}.`,
  );

const RULES: readonly Rule[] = [
  releases,
  confirmations,
  canary,
  production,
  times,
  storage,
  maintenance,
  hosts,
];

/** Every cross-field problem of parameters that are right one by one. */
export const crossFieldProblems = (parameters: Parameters): Problem[] =>
  RULES.flatMap((rule) => rule(parameters));
