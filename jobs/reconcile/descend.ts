import type pg from "pg";
import type { Source } from "../migrate/declarations/model";
import { differenceStatement } from "../migrate/sql/comparison";
import { boundsOf, type Range } from "../migrate/sql/range";

/** A row that is not what it should be. */
export interface Difference {
  readonly source: string;
  /** Key of the source row it belongs to. */
  readonly owner: string;
  readonly relation: string;
  /** Key of the row in the new model, as JSON. */
  readonly key: string;
  readonly kind: "missing" | "extra" | "different";
  /** For each column that differs, what the old model gives (`source`) and the new one holds (`target`). */
  readonly columns: Readonly<Record<string, { readonly source: unknown; readonly target: unknown }>>;
}

interface Found {
  owner: string;
  key: string;
  kind: Difference["kind"];
  columns: Difference["columns"] | null;
}

/** Finds the rows of a range that differ, and their columns. At most 1,000. */
export async function descend(
  client: pg.ClientBase,
  source: Source,
  relation: string,
  range: Range,
): Promise<Difference[]> {
  const target = source.targets.find(({ table }) => table === relation);
  if (target === undefined) return [];
  const { rows } = await client.query<Found>(differenceStatement(source, target, range), boundsOf(range));
  return rows.map((row) => ({
    source: source.table,
    owner: row.owner,
    relation,
    key: row.key,
    kind: row.kind,
    columns: row.columns ?? {},
  }));
}
