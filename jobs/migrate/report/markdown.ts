import type { MigrationFigures } from "../figures";
import { predict } from "./predict";

export interface ReportSubject {
  readonly from: string;
  readonly to: string;
  readonly stack?: string;
  readonly at: string;
  /** Rows of the production database, where this was a rehearsal. */
  readonly productionRows?: number;
}

/** A part of the report: a heading, a sentence, a table. Both formats are written from these. */
export interface Section {
  readonly title: string;
  readonly text?: string;
  readonly head?: readonly string[];
  readonly rows?: readonly (readonly string[])[];
}

const number = (value: number): string => Math.round(value).toLocaleString("en");
const seconds = (value: number): string => (value < 10 ? `${value.toFixed(1)} s` : `${number(value)} s`);

/** What the report says, in the order a manager asks. */
export function sections(subject: ReportSubject, figures: MigrationFigures): Section[] {
  const broken = figures.invariants.filter((one) => one.broken > 0);
  const equal = figures.dataSets.every(({ state }) => state === "equal" || state === "repaired");
  const prediction =
    subject.productionRows === undefined ? undefined : predict(figures, subject.productionRows);
  return [
    {
      title: "Result",
      text: `${equal ? "Both data models agree, row by row." : "The data models do not agree yet."}${broken.length === 0 ? "" : ` ${broken.length} rules of the business are broken; see below.`} ${number(figures.rows)} rows were in the old model: ${number(figures.migrated)} are in the new one, ${number(figures.merged)} were merged into another row, ${number(figures.quarantined)} were set aside with a reason. Loading took ${seconds(figures.loadSeconds)} (${number(figures.rate)} rows a second), comparing ${seconds(figures.compareSeconds)}.`,
    },
    {
      title: "Data sets",
      head: [
        "Data set",
        "Table",
        "State",
        "Rows",
        "Migrated",
        "Merged",
        "Set aside",
        "Differences",
        "Loading",
        "Comparing",
      ],
      rows: figures.dataSets.map((one) => [
        one.dataSet,
        one.source,
        one.state,
        ...[one.rows, one.migrated, one.merged, one.quarantined, one.different].map(number),
        seconds(one.loadSeconds),
        seconds(one.compareSeconds),
      ]),
    },
    {
      title: "Cleaned",
      text: "Values that were put into their proper form. The original is kept with the row.",
      head: ["Table", "Rule", "Rows"],
      rows: figures.cleaned.map((one) => [one.source, one.rule, number(one.rows)]),
    },
    {
      title: "Set aside",
      text: "Rows that could not be taken over. They stay in the old model, and in order_upgrade.quarantine with the reason.",
      head: ["Table", "Rule", "Reason", "Rows", "For example"],
      rows: figures.setAside.map((one) => [
        one.source,
        one.rule,
        one.reason,
        number(one.rows),
        one.samples.join(", "),
      ]),
    },
    {
      title: "Rules of the business",
      head: ["Rule", "Rows that break it"],
      rows: figures.invariants.map((one) => [one.what, number(one.broken)]),
    },
    {
      title: "Load on the live system",
      text: `${figures.chunks} chunks, ${figures.chunksRedone} of them again after an interruption. The pace was changed ${figures.decisions.length} times.`,
      head: ["At", "Rows a chunk", "Pause", "At a time", "Because"],
      rows: figures.decisions
        .slice(0, 30)
        .map((one) => [one.at, number(one.chunkRows), `${one.pause} ms`, String(one.parallel), one.reason]),
    },
    ...(prediction === undefined
      ? []
      : [
          {
            title: "Prediction for production",
            text: `For ${number(prediction.rows)} rows: loading ${seconds(prediction.loadSeconds)}, comparing ${seconds(prediction.compareSeconds)}, ${number(prediction.bytes / 1024 ** 2)} MiB more storage. Give the Job a time limit of ${seconds(prediction.timeLimitSeconds)}.`,
          },
        ]),
  ];
}

export function markdownReport(subject: ReportSubject, figures: MigrationFigures): string {
  const lines = [
    `# Data migration ${subject.from} → ${subject.to}`,
    "",
    `${subject.stack ?? ""} ${subject.at}`.trim(),
    "",
  ];
  for (const section of sections(subject, figures)) {
    if (section.text === undefined && section.rows?.length === 0) continue;
    lines.push(`## ${section.title}`, "");
    if (section.text !== undefined) lines.push(section.text, "");
    if (section.head === undefined || section.rows === undefined || section.rows.length === 0) continue;
    lines.push(row(section.head), row(section.head.map(() => "---")), ...section.rows.map(row), "");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
