import { readFileSync } from "node:fs";
import { type PostgresOptions, type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { type ObjectStorage, startObjectStorage } from "./object-storage";
import { type SmallShop, smallShop } from "./small-shop";
import { sql } from "./sql";

/** A database with the model of the small shop 1.0.0, its releases and an object storage. */
export interface Stage {
  readonly server: PostgresServer;
  readonly storage: ObjectStorage;
  readonly shop: SmallShop;
  /** Connection string of the shop's database. */
  readonly database: string;
  /** Environment of a Job in an upgrade from 1.0.0 to 2.0.0. */
  readonly variables: Record<string, string>;
  close(): Promise<void>;
}

export async function setStage(settings: PostgresOptions["settings"] = {}): Promise<Stage> {
  const shop = smallShop();
  const [server, storage] = await Promise.all([temporaryPostgres({ settings }), startObjectStorage()]);
  await sql(server.url(), "CREATE DATABASE shop");
  const database = server.url("shop");
  await sql(database, readFileSync(`${shop.directory}/1.0.0/schema.sql`, "utf8"));
  await sql(database, readFileSync(`${shop.directory}/2.0.0/schema.sql`, "utf8"));
  for (const schema of ["small_v1", "small_v2"])
    await sql(
      database,
      `INSERT INTO ${schema}.products SELECT 'SKU-' || n, 100 FROM generate_series(1, 5) n`,
    );
  return {
    server,
    storage,
    shop,
    database,
    variables: {
      RELEASES_DIRECTORY: shop.directory,
      RELEASE_CURRENT: "1.0.0",
      RELEASE_NEXT: "2.0.0",
      RELEASE: "2.0.0",
      DATABASE_URL: database,
    },
    async close() {
      await Promise.all([server.stop(), storage.close()]);
      shop.remove();
    },
  };
}
