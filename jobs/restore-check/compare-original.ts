import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { deal } from "../backup/snapshot";
import { CANONICAL_TEXT, orderOf, qualified, type Table } from "../backup/tables";
import { identifier } from "../frame/database";
import type { Check } from "../frame/result";
import { bucketOf, bucketsFor, differingBuckets } from "./buckets";
import { inFlightAtSnapshot, learnHorizon } from "./horizon";
import { linesOf } from "./lines";
import { compareVersions, excuse, type Horizon, type RowVersion, type Tally } from "./row-versions";

export interface Originals {
  /** The live database; a read-only transaction that sees one moment. */
  readonly original: pg.Client;
  /** The same database on the instance restored from the physical snapshot. */
  readonly copy: pg.Client;
  readonly tables: readonly Table[];
  readonly neverDeleted: ReadonlySet<string>;
  /** Every transaction before this one had ended before the snapshot was asked for. */
  readonly finishedBefore: bigint | undefined;
  readonly say: (message: string) => void;
}

export interface Comparison {
  readonly checks: Check[];
  readonly totals: Record<"identical" | "changedSince" | "addedSince" | "deletedSince", number>;
}

/**
 * Compares the physical copy with the live original, row version by row version, under live writes. Both servers add up
 * what they hold; only where the sums differ are rows looked at one by one.
 */
export async function compareOriginal(options: Originals): Promise<Comparison> {
  const { copy, tables } = options;
  await copy.query(CANONICAL_TEXT);
  const horizon = await learnHorizon(copy, tables, options.finishedBefore);
  const totals = { identical: 0, changedSince: 0, addedSince: 0, deletedSince: 0 };
  const checks = await deal(tables, [0], async (table) => {
    options.say(`comparing ${table.name} with the original`);
    const tally = await tallyOf(options, table, horizon);
    const left = excuse(tally, await inFlightAtSnapshot(copy, [...tally.faults.keys()]));
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += tally[name];
    const vanished = options.neverDeleted.has(table.name) ? tally.deletedSince : 0;
    return judge(table, tally, left, vanished);
  });
  return { checks, totals };
}

async function tallyOf({ original, copy }: Originals, table: Table, horizon: Horizon): Promise<Tally> {
  const buckets = bucketsFor(table.estimatedRows);
  const { differing, agreeing } = await differingBuckets(original, copy, table, buckets);
  const rows = (client: pg.Client): AsyncIterable<RowVersion> => versions(client, table, buckets, differing);
  const tally = await compareVersions(rows(original), rows(copy), table.key, horizon);
  return { ...tally, identical: tally.identical + agreeing };
}

function judge(table: Table, tally: Tally, left: ReturnType<typeof excuse>, vanished: number): Check {
  const bad = left.missing + left.different + vanished;
  const detail =
    bad === 0
      ? `${tally.identical} rows identical, ${tally.changedSince} changed, ${tally.addedSince} added and ${tally.deletedSince} deleted since the snapshot`
      : `${left.missing} rows missing, ${left.different} different in the restored copy, ${vanished} gone from the original although this table never loses rows (${left.examples.join("; ")}); take a new snapshot`;
  return {
    name: `snapshot-${table.name.replaceAll("_", "-")}`,
    holds: bad === 0,
    value: bad,
    limit: 0,
    detail,
  };
}

/** The row versions of some buckets, in the order of their key. */
async function* versions(
  client: pg.Client,
  table: Table,
  buckets: number,
  only: readonly number[],
): AsyncGenerator<RowVersion> {
  // No index serves the condition: the server would read the whole table again, for no row.
  if (only.length === 0) return;
  const key = table.key.map(({ name, kind }) =>
    kind === "number"
      ? `${identifier(name)}::text`
      : `encode(convert_to(${identifier(name)}::text, 'UTF8'), 'hex')`,
  );
  const sql = `COPY (SELECT xmin::text, md5(ROW(${table.columns.map(identifier).join(", ")})::text), ${key.join(", ")} FROM ${qualified(table)} AS source WHERE ${bucketOf(table, buckets)} = ANY ('{${only.join(",")}}') ORDER BY ${orderOf(table.key)}) TO STDOUT`;
  for await (const line of linesOf(client.query(copyTo(sql)))) {
    const [xmin = "", hash = "", ...parts] = line.split("\t");
    yield { xmin: Number(xmin), hash, key: parts };
  }
}
