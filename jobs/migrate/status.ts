import type pg from "pg";
import { type Migration, readMigration } from "./bookkeeping";
import { BOOK } from "./sql/names";

export interface SourceStatus {
  readonly source: string;
  readonly rows: number;
  readonly loaded: number;
  readonly finished: boolean;
  readonly quarantined: number;
  /** Of the newest scheduled comparison. */
  readonly comparison: string;
}

export interface Status {
  readonly migration: Pick<Migration, "from_release" | "to_release" | "state" | "started_at"> | null;
  readonly sources: readonly SourceStatus[];
  readonly lines: readonly string[];
}

/** How far the migration in a database is, from its ledger. */
export async function readStatus(client: pg.ClientBase): Promise<Status> {
  const migration = await readMigration(client);
  if (migration === undefined)
    return { migration: null, sources: [], lines: ["there is no migration in this database"] };
  const { rows } = await client.query<{
    source: string;
    rows: string;
    loaded: string;
    finished: boolean;
    quarantined: number;
    comparison: string | null;
  }>(
    `SELECT l.source, l.rows, l.finished_at IS NOT NULL AS finished, c.state AS comparison,
            (SELECT COALESCE(sum(k.rows), 0) FROM ${BOOK}.chunk k WHERE k.source = l.source) AS loaded,
            (SELECT count(*)::int FROM ${BOOK}.quarantine q WHERE q.source = l.source) AS quarantined
       FROM ${BOOK}.load l LEFT JOIN ${BOOK}.comparison c USING (source) ORDER BY l.number`,
  );
  const sources = rows.map((row) => ({
    source: row.source,
    rows: Number(row.rows),
    loaded: Number(row.loaded),
    finished: row.finished,
    quarantined: row.quarantined,
    comparison: row.comparison ?? "pending",
  }));
  const { from_release, to_release, state, started_at } = migration;
  return {
    migration: { from_release, to_release, state, started_at },
    sources,
    lines: [
      `${from_release} → ${to_release}: ${state}, since ${started_at.toISOString()}`,
      ...sources.map(
        (one) =>
          `${one.source.padEnd(24)} ${one.finished ? "loaded" : "loading"} ${one.loaded} rows, ${one.quarantined} set aside, comparison ${one.comparison}`,
      ),
    ],
  };
}
