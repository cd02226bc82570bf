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
