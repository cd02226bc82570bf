import { openDatabase } from "../../../../jobs/frame/database";
import { migrateAll, type RunResult } from "../../../../jobs/migrate/run";
import { readSettings } from "../../../../jobs/migrate/settings";
import type { Shop } from "./shop";

export interface Attempt {
  readonly chunkRows?: number;
  /** Milliseconds after which the connections are cut and the job is given up, as a kill would. */
  readonly killAfter?: number;
  readonly lockTries?: number;
  readonly say?: (message: string) => void;
}

/** Runs the migration on connections of its own. Undefined when it was killed. */
export async function migrateShop(
  shop: Shop,
  { chunkRows = 500, killAfter, lockTries = 20, say = () => {} }: Attempt = {},
): Promise<RunResult | undefined> {
  const database = openDatabase(shop.url, { name: "order-upgrade migrate" });
  const stop = new AbortController();
  const timer =
    killAfter === undefined
      ? undefined
      : setTimeout(() => {
          stop.abort();
          void database.close("now");
        }, killAfter);
  try {
    return await migrateAll({
      database,
      subject: shop.subject,
      settings: readSettings({ chunkRows, lockTimeout: 0.5 }),
      signal: stop.signal,
      lockTries,
      say,
      count: () => {},
    });
  } catch (problem) {
    if (stop.signal.aborted) return undefined;
    throw problem;
  } finally {
    clearTimeout(timer);
    await database.close("now");
  }
}

export async function finished(shop: Shop, attempt?: Attempt): Promise<RunResult> {
  const result = await migrateShop(shop, attempt);
  if (result === undefined) throw new Error("the migration was killed");
  return result;
}

/** Every row of the tables of a schema, as text, for comparing a whole model with itself. */
export async function contentOf(shop: Shop, schema: string): Promise<Record<string, string>> {
  const { rows } = await shop.client.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r' ORDER BY 1",
    [schema],
  );
  const content: Record<string, string> = {};
  for (const { name } of rows) {
    const found = await shop.client.query<{ hash: string }>(
      `SELECT COALESCE(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS hash FROM ${schema}.${name} t`,
    );
    content[name] = found.rows[0]?.hash ?? "";
  }
  return content;
}
