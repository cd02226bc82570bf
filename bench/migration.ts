import pg from "pg";
import { temporaryPostgres } from "../drill/postgres/server";
import { openDatabase } from "../jobs/frame/database";
import type { RunResult } from "../jobs/migrate/run";
import { migrateAll } from "../jobs/migrate/run";
import { readSettings } from "../jobs/migrate/settings";
import { dropTriggers, triggeredTables } from "../jobs/migrate/sql/triggers";
import { compare } from "../jobs/reconcile/compare";
import type { Budget } from "./contract/budget";
import { fillOrders, plainComparison, plainLoad, prepareModels, subject } from "./migration/shop";
import { liveWrites } from "./migration/writes";

export interface MigrationBenchOptions {
  /** Orders of the large table. Default: MIGRATION_ROWS, or 100,000. */
  readonly rows?: number;
  readonly rounds?: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const atLeast = (name: string, value: number, limit: number): Budget => ({
  name,
  value,
  limit,
  unit: "×",
  holds: value >= limit,
});

/** The engine against plain SQL that does the same, both in the same run on the same server, taking turns. */
export async function run(
  options: MigrationBenchOptions = {},
): Promise<{ budgets: Budget[]; figures: Record<string, unknown> }> {
  const rows = options.rows ?? Number(process.env.MIGRATION_ROWS ?? 100_000);
  const rounds = options.rounds ?? 3;
  const server = await temporaryPostgres({ settings: { shared_buffers: "512MB" } });
  try {
    const loads: number[] = [];
    const plains: number[] = [];
    const compares: number[] = [];
    const hashes: number[] = [];
    const synchronised: number[] = [];
    const alone: number[] = [];
    let peak = 0;
    for (let round = 0; round < rounds; round += 1) {
      const small = await oneRound(server, `round_${round}`, rows);
      loads.push(small.load);
      plains.push(small.plain);
      compares.push(small.compare);
      hashes.push(small.hash);
      synchronised.push(small.synchronised);
      alone.push(small.alone);
      peak = Math.max(peak, process.memoryUsage().rss / 1024 ** 2);
    }
    const ratio = (a: readonly number[], b: readonly number[]): number =>
      median(a.map((value, index) => value / (b[index] ?? 1)));
    return {
      budgets: [
        atLeast("backfill against one plain INSERT … SELECT", ratio(plains, loads), 0.8),
        atLeast("live writes synchronised against alone", ratio(synchronised, alone), 0.5),
        atLeast("full comparison against counting and hashing in plain SQL", ratio(hashes, compares), 1),
      ],
      figures: {
        rows,
        rounds,
        loadSeconds: loads,
        plainLoadSeconds: plains,
        compareSeconds: compares,
        plainHashSeconds: hashes,
        writesSynchronised: synchronised,
        writesAlone: alone,
        memoryMb: Math.round(peak),
      },
    };
  } finally {
    await server.stop("immediate");
  }
}

async function oneRound(server: { url(name?: string): string }, name: string, rows: number) {
  const admin = new pg.Client(server.url());
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const url = server.url(name);
  const client = new pg.Client(url);
  await client.connect();
  const database = openDatabase(url, { name: "bench" });
  try {
    await prepareModels(client);
    await fillOrders(client, rows);
    const plain = await plainLoad(client);
    const alone = await liveWrites(url);
    const result: RunResult = await migrateAll({
      database,
      subject: subject(),
      settings: readSettings({ parallel: 2, chunkRows: 8000, writeLatency: 5 }),
      say: () => {},
      count: () => {},
    });
    if (!result.comparison.equal) throw new Error("the models differ after the migration");
    const hash = await plainComparison(client, result.opened.model);
    const compared = await compare({ database, model: result.opened.model, parallel: 2, only: ["orders"] });
    const synchronised = await liveWrites(url);
    for (const one of triggeredTables(result.opened.model))
      for (const sql of dropTriggers(one)) await client.query(sql);
    const loaded = await client.query<{ seconds: number }>(
      "SELECT extract(epoch FROM max(c.finished_at) - min(l.started_at))::float8 AS seconds FROM order_upgrade.chunk c JOIN order_upgrade.load l USING (source) WHERE source = 'orders'",
    );
    return {
      plain,
      load: loaded.rows[0]?.seconds ?? Number.NaN,
      compare: compared.seconds,
      hash,
      synchronised,
      alone,
    };
  } finally {
    await client.end();
    await database.close("now");
  }
}
