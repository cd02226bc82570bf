import { totalmem } from "node:os";
import pg from "pg";
import { temporaryPostgres } from "../../drill/postgres/server";
import { type Database, openDatabase } from "../../jobs/frame/database";
import type { Model } from "../../jobs/migrate/declarations/model";
import { migrateAll } from "../../jobs/migrate/run";
import { readSettings } from "../../jobs/migrate/settings";
import { createTriggers, dropTriggers, triggeredTables } from "../../jobs/migrate/sql/triggers";
import { fillOrders, prepareModels, subject } from "./shop";

/** Chunks the engine loads at a time. */
export const PARALLEL = 2;
export const CHUNK_ROWS = 8000;

/**
 * A server as one in production is: it keeps what it committed (the drill's own does not flush to disk), and a quarter of
 * the memory is its own, as RDS sets it and PostgreSQL's documentation recommends.
 */
export const benchServer = () =>
  temporaryPostgres({
    settings: {
      shared_buffers: `${Math.floor(totalmem() / 4 / 1024 ** 2)}MB`,
      fsync: "on",
      full_page_writes: "on",
    },
  });

export type Server = Awaited<ReturnType<typeof benchServer>>;

/** A database with a shop of so many orders, not migrated yet. */
export class Stand {
  private constructor(
    readonly url: string,
    readonly client: pg.Client,
    readonly database: Database,
    private readonly drop: () => Promise<void>,
  ) {}

  static async make(server: Server, name: string, orders: number): Promise<Stand> {
    const admin = new pg.Client(server.url());
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    const url = server.url(name);
    const client = new pg.Client(url);
    await client.connect();
    await prepareModels(client);
    await fillOrders(client, orders);
    return new Stand(url, client, openDatabase(url, { name: "bench" }), async () => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    });
  }

  /** Runs the whole engine here. Returns the declarations it worked from. */
  async migrate(): Promise<Model> {
    const result = await migrateAll({
      database: this.database,
      subject: subject(),
      settings: readSettings({ parallel: PARALLEL, chunkRows: CHUNK_ROWS, writeLatency: 5 }),
      say: () => {},
      count: () => {},
    });
    if (!result.comparison.equal) throw new Error("the models differ after the migration");
    return result.opened.model;
  }

  /** Orders a second that were loaded, by the ledger; only chunks after `since`, when given. */
  async loadRate(since?: Date): Promise<number> {
    const { rows } = await this.client.query<{ rate: number }>(
      `SELECT (sum(c.rows) / extract(epoch FROM max(c.finished_at) - coalesce($1, min(l.started_at))))::float8 AS rate
         FROM order_upgrade.chunk c JOIN order_upgrade.load l USING (source)
        WHERE source = 'orders' AND c.state = 'done' AND ($1::timestamptz IS NULL OR c.finished_at > $1)`,
      [since ?? null],
    );
    return rows[0]?.rate ?? Number.NaN;
  }

  async synchronise(model: Model, on: boolean): Promise<void> {
    for (const one of triggeredTables(model))
      for (const sql of on ? createTriggers(one) : dropTriggers(one)) await this.client.query(sql);
  }

  async end(): Promise<void> {
    await this.client.end();
    await this.database.close("now");
    await this.drop();
  }
}
