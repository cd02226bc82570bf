import type { Table } from "../generator/columns";
import type { TargetName } from "./fields";
import type { Reject } from "./file-plan";

/** What became of the rows of one target of a file: rows = loaded + repeated + passed + rejected. */
export interface TargetCounts {
  readonly into: TargetName;
  rows: number;
  loaded: number;
  /** Told of a thing an earlier row had told of. */
  repeated: number;
  /** Did not meet the conditions. */
  passed: number;
  /** Rejected here, or with the row as a whole. */
  rejected: number;
}

/** What became of the rows of a file: read = loaded + passed + rejected. */
export interface FileCounts {
  readonly file: string;
  read: number;
  /** Rows that every target took that wanted them. */
  loaded: number;
  /** Rows no target wanted. */
  passed: number;
  rejected: number;
  /** Columns the mapping does not use. */
  readonly unused: readonly string[];
  readonly targets: TargetCounts[];
}

export interface ImportReport {
  readonly version: 1;
  readonly read: number;
  readonly loaded: number;
  readonly passed: number;
  readonly rejected: number;
  readonly files: readonly FileCounts[];
  /** Rows of shop_v3 made. */
  readonly tables: Readonly<Record<Table, number>>;
  /** Orders that name a customer no row tells of; they are loaded as orders of guests. */
  readonly strangers: number;
  /** The first rejects, at most 20; all of them are in the rejects file. */
  readonly firstRejects: readonly Reject[];
  readonly seconds: number;
  /** Rows read a second. */
  readonly rate: number;
  /** E-mails that can log in, at most 2,000, and codes that are valid now. */
  readonly customers: readonly string[];
  readonly promotions: readonly string[];
}

/** The report as lines for a person; `rejects` is where all rejected rows are. */
export function summaryOf(report: ImportReport, rejects: string): string[] {
  const lines: string[] = [];
  for (const { file, read, loaded, passed, rejected, unused, targets } of report.files) {
    lines.push(`${file}: ${read} rows read, ${loaded} loaded, ${passed} passed over, ${rejected} rejected`);
    for (const target of targets)
      lines.push(
        `  ${target.into}: ${target.loaded} loaded, ${target.repeated} repeated, ${target.passed} passed over, ${target.rejected} rejected`,
      );
    if (unused.length > 0) lines.push(`  columns not used: ${unused.join(", ")}`);
  }
  if (report.strangers > 0)
    lines.push(`${report.strangers} orders name a customer no row tells of; loaded as orders of guests`);
  for (const { file, line, column, value, reason } of report.firstRejects)
    lines.push(`${file}:${line}: ${column === "" ? "" : `${column} "${value}": `}${reason}`);
  if (report.rejected > report.firstRejects.length) lines.push("…");
  if (report.rejected > 0) lines.push(`all rejected rows: ${rejects}`);
  lines.push(`${report.seconds.toFixed(1)} s, ${report.rate} rows/s`);
  return lines;
}
