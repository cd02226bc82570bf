import type { Database } from "../frame/database";
import type { Opened } from "../migrate/open";
import type { Limits } from "../migrate/pace/throttle";
import { Session } from "../migrate/session";
import { BOOK } from "../migrate/sql/names";
import { type Compared, compare } from "./compare";
import type { Difference } from "./descend";
import { type Authority, recheck, repair } from "./repair";

export interface RotateOptions {
  readonly database: Database;
  readonly opened: Opened;
  readonly parallel: number;
  /** When to give way to customers. Default: never. */
  readonly limits?: Limits | undefined;
  /** Rows to compare in this run. */
  readonly rows: number;
  readonly authority: Authority;
  readonly signal?: AbortSignal | undefined;
  readonly say: (message: string) => void;
}

export interface Rotated {
  readonly compared: readonly Compared[];
  readonly differences: readonly Difference[];
  readonly repaired: number;
  readonly rechecked: number;
}

/**
 * Compares the part of the data that was compared longest ago, and repairs what differs. Run often enough it comes round
 * to every row; where it ended is kept in the database.
 */
export async function reconcilePart(options: RotateOptions): Promise<Rotated> {
  const { database, opened, say } = options;
  const session = new Session(database);
  const compared: Compared[] = [];
  const differences: Difference[] = [];
  let repaired = 0;
  let left = options.rows;
  try {
    const rechecked = await recheck(database, opened.model);
    const { rows } = await session.repeat((client) =>
      client.query<{ source: string; next: string | null }>(
        `SELECT l.source, c.next FROM ${BOOK}.load l LEFT JOIN ${BOOK}.comparison c USING (source)
          ORDER BY c.next IS NULL, c.compared_at NULLS FIRST, l.number`,
      ),
    );
    for (const { source, next } of rows) {
      if (left <= 0) break;
      options.signal?.throwIfAborted();
      say(`comparing ${source}${next === null ? "" : ` from ${next}`}`);
      const result = await compare({
        database,
        model: opened.model,
        parallel: options.parallel,
        limits: options.limits,
        signal: options.signal,
        only: [source],
        ...(next === null && left >= rowsOf(opened, source) ? {} : { window: { first: next, rows: left } }),
      });
      const found = result.sources[0];
      if (found === undefined) continue;
      compared.push(found);
      left -= found.rows;
      const fixed = await repair(database, opened.model, result.differences, options.authority);
      repaired += fixed;
      differences.push(...result.differences);
      await session.repeat((client) =>
        client.query(
          `INSERT INTO ${BOOK}.comparison (source, state, rows, differences, repaired, next, compared_at)
           VALUES ($1, $2, $3, $4, $5, $6, now())
           ON CONFLICT (source) DO UPDATE SET state = excluded.state, rows = excluded.rows, differences = excluded.differences,
             repaired = excluded.repaired, next = excluded.next, compared_at = excluded.compared_at`,
          [
            source,
            found.state === "equal" ? "equal" : fixed > 0 ? "repaired" : "different",
            found.rows,
            result.differences.length,
            fixed,
            found.next,
          ],
        ),
      );
    }
    return { compared, differences, repaired, rechecked };
  } finally {
    await session.end();
  }
}

const rowsOf = (opened: Opened, table: string): number =>
  opened.model.sources.find((source) => source.table === table)?.rows ?? 0;
