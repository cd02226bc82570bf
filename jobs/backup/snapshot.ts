import type pg from "pg";
import type { Database } from "../frame/database";
import { CANONICAL_TEXT } from "./tables";

/** Several connections that see one and the same moment of the database. */
export interface SharedSnapshot {
  readonly connections: readonly pg.Client[];
  close(): Promise<void>;
}

/** Opens `count` read-only connections on one exported snapshot. Customers go on writing meanwhile. */
export async function openSnapshot(database: Database, count: number): Promise<SharedSnapshot> {
  const opened: pg.Client[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((client) => client.end().catch(() => undefined)));
  };
  const begin = async (snapshot?: string): Promise<pg.Client> => {
    const client = await database.connect({ statementTimeout: 0 });
    opened.push(client);
    await client.query(CANONICAL_TEXT);
    // The connection that exported the snapshot idles for as long as the others work.
    await client.query("SET idle_in_transaction_session_timeout = 0");
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (snapshot !== undefined) await client.query(`SET TRANSACTION SNAPSHOT '${snapshot}'`);
    return client;
  };
  try {
    const leader = await begin();
    const { rows } = await leader.query<{ snapshot: string }>("SELECT pg_export_snapshot() AS snapshot");
    for (let index = 1; index < count; index += 1) await begin(rows[0]?.snapshot ?? "");
    return { connections: opened, close };
  } catch (problem) {
    await close();
    throw problem;
  }
}

/** Deals work out to workers; the first problem ends all of them. Results are in the order of the work. */
export async function deal<Work, Worker, Result>(
  work: readonly Work[],
  workers: readonly Worker[],
  job: (one: Work, worker: Worker) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(work.length);
  let next = 0;
  let failed = false;
  await Promise.all(
    workers.map(async (worker) => {
      while (!failed) {
        const index = next++;
        const one = work[index];
        if (one === undefined) return;
        try {
          results[index] = await job(one, worker);
        } catch (problem) {
          failed = true;
          throw problem;
        }
      }
    }),
  );
  return results;
}
