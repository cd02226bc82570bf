import type pg from "pg";
import type { Source } from "../declarations/model";
import { inTransaction } from "../session";
import { BUCKET_BITS, BUCKET_KEYS } from "../sql/buckets";
import { BOOK, identifier, sourceTable } from "../sql/names";
import { nextKey, type Range } from "../sql/range";

/** A range of keys that is loaded in one transaction, together with its line in the ledger. */
export interface Chunk extends Range {
  readonly source: string;
  readonly first: string;
  /** About how many rows it has; not known of one that an earlier run began. */
  readonly rows?: number;
}

interface LoadRow {
  lowest: string | null;
  highest: string | null;
  recent_from: string | null;
  segment: "recent" | "history";
  next: string | null;
  done: boolean;
}

/** Chunks that were begun by a job that did not live to finish them. */
export async function chunksInFlight(client: pg.ClientBase): Promise<Chunk[]> {
  const { rows } = await client.query<Chunk>(
    `UPDATE ${BOOK}.chunk SET claims = claims + 1 WHERE state = 'claimed' RETURNING source, first, beyond`,
  );
  return rows;
}

/** A claim that a crash of the server takes back is made again; whatever rests on it is taken back as well. */
const CLAIM = "BEGIN; SET LOCAL synchronous_commit = off";

/** Takes the next range of a source, of about `rows` rows. Undefined when the whole source is given out. */
export async function claimChunk(
  client: pg.ClientBase,
  source: Source,
  rows: number,
): Promise<Chunk | undefined> {
  return inTransaction(
    client,
    async () => {
      const found = await client.query<LoadRow>({
        name: "load",
        text: `SELECT lowest, highest, recent_from, segment, next, done FROM ${BOOK}.load WHERE source = $1 FOR UPDATE`,
        values: [source.table],
      });
      const load = found.rows[0];
      if (load === undefined || load.done) return undefined;
      if (source.ranged && source.after.length > 0 && load.next === null)
        Object.assign(load, await keysNow(client, source));
      const chunk = source.ranged
        ? await nextRange(client, source, load, rows)
        : await nextKeys(client, source, load, rows);
      if (chunk === undefined) {
        await client.query(`UPDATE ${BOOK}.load SET done = true WHERE source = $1`, [source.table]);
        return undefined;
      }
      await client.query({
        name: "claim",
        text: `WITH claimed AS (INSERT INTO ${BOOK}.chunk (source, first, beyond, state) VALUES ($1, $2, $3, 'claimed')
               ON CONFLICT (source, first) DO UPDATE SET beyond = excluded.beyond, state = 'claimed')
             UPDATE ${BOOK}.load SET next = $3, segment = $4, started_at = COALESCE(started_at, now()), done = $3::text IS NULL WHERE source = $1`,
        values: [source.table, chunk.first, chunk.beyond, chunk.segment],
      });
      return { source: source.table, first: chunk.first, beyond: chunk.beyond, rows };
    },
    CLAIM,
  );
}

/**
 * Rows that came while what they refer to was not loaded belong to the load: their triggers could not find it. So the
 * keys are read again when the load of a source begins.
 */
async function keysNow(client: pg.ClientBase, source: Source): Promise<Pick<LoadRow, "lowest" | "highest">> {
  const key = `s.${identifier(source.key)}`;
  const { rows } = await client.query<Pick<LoadRow, "lowest" | "highest">>(
    `UPDATE ${BOOK}.load SET lowest = keys.lowest, highest = keys.highest
       FROM (SELECT min(${key})::text AS lowest, max(${key})::text AS highest FROM ${sourceTable(source)} s) keys
      WHERE source = $1 RETURNING load.lowest, load.highest`,
    [source.table],
  );
  return rows[0] ?? { lowest: null, highest: null };
}

type Claim = Omit<Chunk, "source"> & { readonly segment: LoadRow["segment"] };

/** Large ranges of whole numbers begin and end where the ranges that are locked do, so that two chunks never share a lock. */
async function nextRange(
  client: pg.ClientBase,
  source: Source,
  load: LoadRow,
  rows: number,
): Promise<Claim | undefined> {
  if (load.lowest === null || load.highest === null) return undefined;
  const recent = load.recent_from === null ? undefined : bucketStart(BigInt(load.recent_from));
  let segment = recent === undefined ? "history" : load.segment;
  const beginning = segment === "recent" ? (recent ?? 0n) : BigInt(load.lowest);
  let from = load.next === null ? beginning : BigInt(load.next);
  for (;;) {
    const end = segment === "recent" ? BigInt(load.highest) + 1n : (recent ?? BigInt(load.highest) + 1n);
    const key = identifier(source.key);
    const next = await client.query<{ key: string | null; last: string | null }>({
      name: `next of ${source.number}`,
      text: `SELECT (SELECT s.${key} FROM ${sourceTable(source)} s WHERE s.${key} >= $1::${source.keyType} AND s.${key} < $2::${source.keyType} ORDER BY s.${key} LIMIT 1)::text AS key,
              (SELECT max(k) FROM (SELECT s.${key} AS k FROM ${sourceTable(source)} s WHERE s.${key} >= $1::${source.keyType} AND s.${key} < $2::${source.keyType} ORDER BY s.${key} LIMIT $3) x)::text AS last`,
      values: [String(from), String(end), Math.max(1, rows)],
    });
    const first = next.rows[0]?.key;
    if (first !== null && first !== undefined) {
      const start = bucketStart(BigInt(first));
      const last = BigInt(next.rows[0]?.last ?? first);
      // The last one goes to the end of its lock all the same, so that it waits for rows that are being written now.
      const small = rows < BUCKET_KEYS && last + 1n < end;
      const beyond = small ? last + 1n : bucketStart(last) + BigInt(BUCKET_KEYS);
      return { first: String(start > from ? start : from), beyond: String(beyond), segment };
    }
    if (segment === "history") return undefined;
    segment = "history";
    from = BigInt(load.lowest);
  }
}

async function nextKeys(
  client: pg.ClientBase,
  source: Source,
  load: LoadRow,
  rows: number,
): Promise<Claim | undefined> {
  if (load.lowest === null) return undefined;
  const first = load.next ?? load.lowest;
  const { rows: found } = await client.query<{ key: string }>(nextKey(source), [first, Math.max(1, rows)]);
  return { first, beyond: found[0]?.key ?? null, segment: "history" };
}

const bucketStart = (key: bigint): bigint => (key >> BigInt(BUCKET_BITS)) << BigInt(BUCKET_BITS);

export interface ChunkResult {
  readonly rows: number;
  readonly aside: number;
  readonly written: Readonly<Record<string, number>>;
  readonly fixed: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Writes the line of a chunk; part of the transaction that loads it. */
export async function finishChunk(client: pg.ClientBase, chunk: Chunk, result: ChunkResult): Promise<void> {
  await client.query({
    name: "finish",
    text: `UPDATE ${BOOK}.chunk SET state = 'done', rows = $3, aside = $4, written = $5, fixed = $6, seconds = $7, finished_at = clock_timestamp()
      WHERE source = $1 AND first = $2`,
    values: [
      chunk.source,
      chunk.first,
      result.rows,
      result.aside,
      JSON.stringify(result.written),
      JSON.stringify(result.fixed),
      result.seconds,
    ],
  });
}
