import type pg from "pg";
import type { Invariant } from "../../releases/checks";
import type { Check, JsonValue } from "../frame/result";

/**
 * Runs invariants: queries that return the rows breaking a rule. Each runs in a read-only transaction with the given
 * schema first in the search path, and is limited to the examples that are worth naming.
 */
export async function checkInvariants(
  client: pg.ClientBase,
  schema: string,
  invariants: readonly Invariant[],
  examples: number,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const invariant of invariants) {
    await client.query("BEGIN READ ONLY");
    try {
      await client.query(`SELECT set_config('search_path', $1, true), set_config('TimeZone', 'UTC', true)`, [
        schema,
      ]);
      const { rows } = await client.query<Record<string, unknown>>(
        `SELECT * FROM (${withoutEnd(invariant.query)}) AS violation LIMIT ${examples + 1}`,
      );
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

const withoutEnd = (sql: string): string => sql.trim().replace(/;$/, "");

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
