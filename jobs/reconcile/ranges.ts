import type pg from "pg";
import type { Source } from "../migrate/declarations/model";
import { nextKey, type Range } from "../migrate/sql/range";

export interface Covered {
  /** Share of the ranges, 0 to 1. Default 1. */
  readonly sample?: number | undefined;
  /** Only this part: where to begin (null: at the beginning) and how many rows at most. */
  readonly window?: { readonly first: string | null; readonly rows: number } | undefined;
  /** Rows of the next range. */
  readonly rows: () => number;
  /** Told where the last range ended; null is the end of the source. */
  readonly ended: (beyond: string | null) => void;
}

/** Ranges that cover every key there is or could be, the first and the last without limit. */
export async function* rangesOf(
  source: Source,
  client: pg.ClientBase,
  { sample = 1, window, rows, ended }: Covered,
): AsyncGenerator<Range, undefined> {
  let first: string | null = window?.first ?? null;
  let left = window?.rows ?? Number.POSITIVE_INFINITY;
  // The first range is part of every sample: one of nothing would call anything equal. So is the last, of the newest rows.
  let share = 1 - sample;
  for (;;) {
    const wanted = Math.max(1, Math.min(rows(), left));
    const result: pg.QueryResult<{ key: string }> = await client.query(nextKey(source), [first, wanted]);
    const beyond = result.rows[0]?.key ?? null;
    left -= wanted;
    share += sample;
    const turn = share >= 1 - 1e-9;
    if (turn) share -= 1;
    if (turn || (beyond === null && window === undefined)) yield { first, beyond };
    if (beyond === null || left <= 0) {
      ended(beyond);
      return undefined;
    }
    first = beyond;
  }
}
