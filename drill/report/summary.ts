import type { DrillResult } from "../run/conclusion";
import { type Counts, nameOfType } from "../run/executed";

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
    ...substanceLines("run for real", result.resources.executed),
    ...substanceLines("only checked and kept", result.resources.recorded),
    "",
    ...(result.audit?.details ?? []).slice(0, 10).map((detail) => `  ${JSON.stringify(detail)}`),
    ...(result.problem === null ? [] : [`  ${result.problem.replaceAll("\n", "\n  ")}`, ""]),
    `${result.verdict} in ${result.seconds.toFixed(0)} s`,
  ];
}

/** Columns of a line of kinds. */
const WIDTH = 110;

/** Kinds with their numbers, the most frequent first. */
function substanceLines(what: string, counts: Counts): string[] {
  const kinds = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (kinds.length === 0) return [];
  const total = kinds.reduce((sum, [, number]) => sum + number, 0);
  const lines = [`  ${what}: ${count(total)} resources of ${kinds.length} kinds`];
  let line = "   ";
  for (const [index, [type, number]] of kinds.entries()) {
    const word = ` ${nameOfType(type)} ${number}${index === kinds.length - 1 ? "" : ","}`;
    if (line.length + word.length > WIDTH) {
      lines.push(line);
      line = "   ";
    }
    line += word;
  }
  return [...lines, line];
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
