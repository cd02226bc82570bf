import type { Applied } from "./parameters";

/** What is kept of a database server between processes. */
export interface DatabaseRecord {
  readonly identifier: string;
  readonly username: string;
  readonly database: string | undefined;
  readonly sealedOperatorPassword: string;
  readonly stopped: boolean;
  readonly parameters: Applied;
}

/** What is kept of a snapshot. */
export interface SnapshotRecord {
  readonly identifier: string;
  readonly instance: string;
  readonly username: string;
  readonly database: string | undefined;
  readonly sealedOperatorPassword: string;
  readonly createdAt: string;
}
