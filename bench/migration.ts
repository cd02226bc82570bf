import { compare } from "../jobs/reconcile/compare";
import { atLeast, atMost, type Budget } from "./contract/budget";
import { crash } from "./migration/crash";
import { disturbance, type Throughput, throughput } from "./migration/live";
import { JobProgram } from "./migration/process";
import { plainComparison, plainLoad } from "./migration/shop";
import { benchServer, PARALLEL, type Server, Stand } from "./migration/stand";

export interface MigrationBenchOptions {
  /** Orders of the large table. Default 300,000; the budgets are stated for 3,000,000. */
  readonly rows?: number;
  readonly rounds?: number;
}

const SMALL = 100_000;
/** Share of what the synchronised server can take at which latencies are compared. */
const LOAD = 0.6;

/** The engine against plain SQL that does the same, both in the same run on the same server, taking turns. */
export async function run(
  options: MigrationBenchOptions = {},
): Promise<{ budgets: Budget[]; figures: Record<string, unknown> }> {
  const rows = options.rows ?? 300_000;
  const small = Math.min(SMALL, Math.ceil(rows / 3));
  const rounds = options.rounds ?? 3;
  const server = await benchServer();
  const program = await JobProgram.make();
  try {
    const seen: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      seen.push(await oneRound(server, small, round === rounds - 1));
      console.log(`round ${round + 1} of ${rounds}: ${JSON.stringify(seen.at(-1))}`);
    }
    const live = seen.at(-1)?.live as Throughput;
    const rate = LOAD * median(live.synchronised);
    const disturbed = await disturbance(server, program, small, rate);
    console.log(`live writes at ${rate.toFixed(0)}/s: ${JSON.stringify(disturbed)}`);
    // A machine may be slower after minutes of work: the large table is compared with small ones just before and after.
    const before = await smallRate(server, small);
    const large = await crash(server, program, rows);
    const after = await smallRate(server, small);
    console.log(`${rows} orders: ${JSON.stringify({ ...large, smallBefore: before, smallAfter: after })}`);
    const ratio = (pick: (one: Round) => number): number => median(seen.map(pick));
    return {
      budgets: [
        atLeast(
          "backfill against one plain INSERT … SELECT",
          ratio(({ plain, load }) => plain / load),
          0.8,
        ),
        atLeast(`load rate at ${rows} orders against ${small}`, large.rate / Math.sqrt(before * after), 0.9),
        atLeast(
          "live writes synchronised against alone",
          median(live.synchronised.map((one, turn) => one / (live.alone[turn] ?? Number.NaN))),
          0.5,
        ),
        atMost(
          "p99 of live writes during the load against before",
          disturbed.during.p99 / disturbed.before.p99,
          1.5,
          "×",
        ),
        atMost(
          "p99 of live writes during the load against synchronised",
          disturbed.during.p99 / disturbed.synchronised.p99,
          1.5,
          "×",
        ),
        atLeast(
          "full comparison against counting and hashing in plain SQL",
          ratio((one) => one.hash / one.compare),
          1,
        ),
        atMost("false alarms in 10 full comparisons under live writes", live.falseAlarms, 0, ""),
        atLeast("one changed byte found, located and repaired", large.byteFound ? 1 : 0, 1, ""),
        atMost("chunks loaded again after a kill", large.redone, PARALLEL, ""),
        atMost("memory of the job", large.memory, 150, "MiB"),
      ],
      figures: {
        migration: { rows, small, rounds: seen, disturbed, large, smallRate: { before, after } },
      },
    };
  } finally {
    program.remove();
    await server.stop("immediate");
  }
}

interface Round {
  /** Seconds. */
  readonly plain: number;
  readonly load: number;
  readonly hash: number;
  readonly compare: number;
  /** Orders a second. */
  readonly rate: number;
  readonly live?: Throughput;
}

async function oneRound(server: Server, orders: number, withWrites: boolean): Promise<Round> {
  const stand = await Stand.make(server, "small", orders);
  try {
    const plain = await plainLoad(stand.client);
    const model = await stand.migrate();
    const rate = await stand.loadRate();
    const hash = await plainComparison(stand.client, model);
    const compared = await compare({
      database: stand.database,
      model,
      parallel: PARALLEL,
      only: ["orders"],
    });
    const live = withWrites ? { live: await throughput(stand, model, 7) } : {};
    return { plain, load: orders / rate, hash, compare: compared.seconds, rate, ...live };
  } finally {
    await stand.end();
  }
}

/** Orders a second of a table of so many. */
async function smallRate(server: Server, orders: number): Promise<number> {
  const stand = await Stand.make(server, "small", orders);
  try {
    await stand.migrate();
    return await stand.loadRate();
  } finally {
    await stand.end();
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
