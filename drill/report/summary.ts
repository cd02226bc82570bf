import type { DrillResult } from "../run/conclusion";

/** The table a person reads at the end of a drill. */
export function summaryLines(result: DrillResult): string[] {
  const { orders, requests, rollback, migration } = result;
  const rows: [string, string][] = [
    [
      "orders",
      `${count(orders.before)} before, ${count(orders.acknowledged)} acknowledged during the upgrade: ${orders.lost} lost, ${orders.doubled} doubled, ${orders.altered} altered`,
    ],
    [
      "requests",
      `${count(requests.total)}: ${requests.failed} failed${requests.maintenance === 0 ? "" : `, ${count(requests.maintenance)} saw the maintenance page`}`,
    ],
    ...(result.stops.length === 0 ? [] : [["business stops", stopsText(result)] as [string, string]]),
    [
      "response time",
      `median ${requests.p50.toFixed(0)} ms, p99 ${requests.p99.toFixed(0)} ms; p99 before ${requests.p99Before.toFixed(0)} ms, around the switches ${requests.p99Switch.toFixed(0)} ms`,
    ],
    [
      "migration",
      `${count(migration.rows)} rows in ${migration.seconds.toFixed(1)} s, ${migration.merged} merged, ${migration.quarantined} set aside, ${migration.different} different`,
    ],
    [
      "way back",
      `${count(rollback.ordersKept)} orders taken by the new release and kept, ${rollback.ordersLost} orders lost`,
    ],
    [
      "invariants",
      `${result.invariants.filter((one) => one.holds).length} of ${result.invariants.length} hold`,
    ],
  ];
  const phases = result.phases.map((phase): [string, string] => [
    phase.name,
    `${phase.seconds.toFixed(1).padStart(6)} s  ${phase.verdict}`,
  ]);
  return [
    "",
    `Upgrade ${result.releases.from} → ${result.releases.to} of stack ${result.stack}${result.engine === null ? "" : `, ${result.engine.kind} engine ${result.engine.version}`}`,
    ...table(phases),
    "",
    ...table(rows),
    "",
    ...(result.audit?.details ?? []).slice(0, 10).map((detail) => `  ${JSON.stringify(detail)}`),
    ...(result.problem === null ? [] : [`  ${result.problem.replaceAll("\n", "\n  ")}`, ""]),
    `${result.verdict} in ${result.seconds.toFixed(0)} s`,
  ];
}

const stopsText = ({ stops, requests }: DrillResult): string =>
  `${stops
    .map(
      ({ seconds, ordersAfter }) =>
        `${seconds.toFixed(0)} s, then ${
          Object.entries(ordersAfter)
            .map(([release, orders]) => `${count(orders)} orders on ${release}`)
            .join(", ") || "no order"
        }`,
    )
    .join("; ")}; the page at another time: ${requests.maintenanceElsewhere}`;

const count = (value: number): string => value.toLocaleString("en");

function table(rows: readonly [string, string][]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}
