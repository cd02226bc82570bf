import type { Database } from "./database";
import type { Metrics } from "./metrics";
import { remembered } from "./remembered";
import type { Route } from "./routes";

export interface Readiness {
  stopping: boolean;
}

/** A connection is busy that long at most when the module has more to do than it can: still no reason to take it away. */
const BUSY_MS = 5_000;
const PING = { name: "ready", text: "SELECT 1 AS ok" };
/** Probes of several load balancers share one look at the database. */
const FRESH_MS = 1_000;
const PATIENCE_MS = 2_000;

/** `/health`: the process is alive. `/ready`: it may get traffic; so not while it stops or has no database. `/metrics`. */
export function healthRoutes(
  readiness: Readiness,
  database: Database | undefined,
  metrics: Metrics,
): readonly Route[] {
  const reachable = database ? remembered(FRESH_MS, () => answersInTime(database)) : async () => true;
  return [
    { method: "GET", path: "/health", handle: () => ({ status: 200, body: { status: "alive" } }) },
    {
      method: "GET",
      path: "/ready",
      async handle() {
        if (readiness.stopping) return { status: 503, body: { status: "stopping" } };
        return (await reachable("database"))
          ? { status: 200, body: { status: "ready" } }
          : { status: 503, body: { status: "no-database" } };
      },
    },
    {
      method: "GET",
      path: "/metrics",
      handle: async () => ({
        status: 200,
        content: { type: metrics.registry.contentType, text: await metrics.registry.metrics() },
      }),
    },
  ];
}

async function answersInTime(database: Database): Promise<boolean> {
  if (Date.now() - database.answeredAt() < FRESH_MS) return true;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(() => done(Date.now() - database.answeredAt() < BUSY_MS), PATIENCE_MS);
  });
  const answers = database.rows(PING).then(
    () => true,
    () => false,
  );
  const result = await Promise.race([answers, late]);
  clearTimeout(timer);
  return result;
}
