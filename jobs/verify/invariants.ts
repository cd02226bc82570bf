import type pg from "pg";
import { type Invariant, loadChecks } from "../../releases/checks";
import type { JobContext } from "../frame/context";
import type { Check, JsonValue } from "../frame/result";

export interface InvariantOptions {
  /** First in the search path. */
  readonly schema: string;
  readonly invariants: readonly Invariant[];
  /** Broken rows that are named. */
  readonly examples: number;
  /** When the upgrade began; queries read it as `nullif(current_setting('order_upgrade.since', true), '')::timestamptz`. */
  readonly since: Date;
}

/** Runs invariants: queries that return the rows breaking a rule. Each runs in a read-only transaction. */
export async function checkInvariants(
  client: pg.ClientBase,
  { schema, invariants, examples, since }: InvariantOptions,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const invariant of invariants) {
    await client.query("BEGIN READ ONLY");
    try {
      await client.query(
        `SELECT set_config('search_path', $1, true), set_config('TimeZone', 'UTC', true),
                set_config('order_upgrade.since', $2, true)`,
        [schema, since.toISOString()],
      );
      const { rows } = await client.query<Record<string, unknown>>(firstOf(invariant.query, examples + 1));
      checks.push({
        name: `invariant-${invariant.name}`,
        holds: rows.length === 0,
        value: rows.length > examples ? `more than ${examples}` : rows.length,
        limit: 0,
        detail:
          rows.length === 0
            ? invariant.what
            : `${invariant.what}; broken by ${describe(rows.slice(0, examples))}`,
      });
    } catch (problem) {
      checks.push({
        name: `invariant-${invariant.name}`,
        holds: false,
        detail: `the query of the invariant failed: ${(problem as Error).message}; repair checks.yaml`,
      });
    } finally {
      await client.query("ROLLBACK");
    }
  }
  return checks;
}

/** Apart, for a plan that finds the first few rows soon looks longest when there are none. */
const firstOf = (query: string, rows: number): string =>
  `WITH violation AS MATERIALIZED (${query}) SELECT * FROM violation LIMIT ${rows}`;

const describe = (rows: readonly Record<string, unknown>[]): string =>
  rows
    .map((row) =>
      Object.entries(row)
        .map(([column, value]) => `${column} ${format(value as JsonValue)}`)
        .join(", "),
    )
    .join("; ");

const format = (value: JsonValue): string =>
  (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 120);

/** Invariants of a release on the database of the Job. */
export async function checkReleaseInvariants(context: JobContext, release: string): Promise<Check[]> {
  const { releases, database, parameters } = context;
  const { invariants } = loadChecks(releases.directory, release);
  const { schema } = releases.manifest(release).dataModel;
  const since = await beginningOfUpgrade(context);
  return database.withConnection(
    (client) =>
      checkInvariants(client, { schema, invariants, examples: parameters.verification.examples, since }),
    { statementTimeout: 0 },
  );
}

const DAY = 86_400_000;

/** When `precheck` looked at the system; without its evidence, a day ago. */
export async function beginningOfUpgrade({ evidence, now }: JobContext): Promise<Date> {
  const found = await evidence("precheck");
  return found === undefined ? new Date(now().getTime() - DAY) : new Date(found.startedAt);
}
