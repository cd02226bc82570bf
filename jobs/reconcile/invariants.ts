import { existsSync } from "node:fs";
import path from "node:path";
import type pg from "pg";
import { loadChecks } from "../../releases/checks";
import { identifier } from "../frame/database";

/** A rule in the language of orders, and how many rows break it. */
export interface InvariantResult {
  readonly name: string;
  readonly what: string;
  readonly broken: number;
  /** The first rows that break it. */
  readonly examples: readonly Readonly<Record<string, unknown>>[];
}

/** Checks the invariants of a release inside an open transaction; none when the release declares none. */
export async function checkInvariants(
  client: pg.ClientBase,
  directory: string,
  version: string,
  schema: string,
  since: Date,
): Promise<InvariantResult[]> {
  if (!existsSync(path.join(directory, version, "checks.yaml"))) return [];
  const results: InvariantResult[] = [];
  // As in the step verify: tables without a schema, times in UTC, and rules that hold only for rows since the upgrade began.
  await client.query(
    "SELECT set_config('search_path', $1, true), set_config('TimeZone', 'UTC', true), set_config('order_upgrade.since', $2, true)",
    [identifier(schema), since.toISOString()],
  );
  for (const { name, what, query } of loadChecks(directory, version).invariants) {
    const { rows } = await client.query<{ broken: number; examples: Record<string, unknown>[] | null }>(
      `WITH broken AS MATERIALIZED (${query})
       SELECT (SELECT count(*)::int FROM broken) AS broken, (SELECT json_agg(b) FROM (SELECT * FROM broken LIMIT 5) b) AS examples`,
    );
    results.push({ name, what, broken: rows[0]?.broken ?? 0, examples: rows[0]?.examples ?? [] });
  }
  return results;
}
