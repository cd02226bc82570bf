import { existsSync } from "node:fs";
import { Customers } from "./customers";
import type { CustomersFile } from "./customers-file";
import { type Figures, Gathering } from "./figures";
import { Ledger } from "./ledger";
import { readLedger } from "./ledger-reader";
import { type Progress, ProgressMeter } from "./progress";
import { RequestLog, requestLogFile } from "./request-log";
import { resume } from "./resume";
import { arrivals, type Kind } from "./schedule";

export interface LoadOptions {
  readonly address: string;
  /** Requests a second. */
  readonly rate: number;
  readonly seed: number;
  readonly ledger: string;
  readonly people: CustomersFile;
  /** Called each second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Milliseconds until an answer is given up. Default 10 000. */
  readonly timeout?: number;
}

/** What a whole run came to. `unknown` counts wishes whose outcome stayed unknown. */
export interface Summary extends Figures {
  readonly orders: number;
  readonly unknown: number;
}

/** Seconds between two attempts to settle wishes of unknown outcome. */
const SETTLE_EVERY = 2;
/** Attempts to settle them at the end of a run. */
const LAST_ATTEMPTS = 5;

/** Customers at work. `stop` ends the arrivals, waits for what is under way, and sums up; it may be called twice. */
export interface Load {
  stop(): Promise<Summary>;
}

/** Sends customers to the shop at the set rate until stopped. An existing ledger is continued. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const earlier = existsSync(options.ledger) ? await readLedger(options.ledger) : undefined;
  const ledger = new Ledger(options.ledger);
  const log = new RequestLog(requestLogFile(options.ledger));
  const meter = new ProgressMeter();
  const all = new Gathering();
  const customers = new Customers({
    ...options,
    ledger,
    onRequest: (record) => {
      log.add(record);
      meter.add(record);
      all.add(record);
    },
  });
  ledger.run(customers.run, options.seed, options.rate);
  if (earlier !== undefined) customers.inherit(resume(earlier, customers.situation));

  const clock = startArrivals(options, (kind, at) => void customers.act(kind, at));
  let seconds = 0;
  let orders = 0;
  const everySecond = setInterval(() => {
    log.flush();
    const progress = meter.tick(customers.open);
    orders = progress.orders;
    options.onProgress?.(progress);
    if (++seconds % SETTLE_EVERY === 0) void customers.settle();
  }, 1000);

  const finish = async (): Promise<Summary> => {
    clock.stop();
    await idle(customers);
    clearInterval(everySecond);
    for (let attempt = 0; attempt < LAST_ATTEMPTS && customers.unknown > 0; attempt++) {
      await customers.settle();
      if (customers.unknown > 0) await pause(500);
    }
    customers.close();
    ledger.close();
    log.close();
    const last = meter.tick(0);
    orders = last.orders;
    options.onProgress?.(last);
    return { ...all.figures(), orders, unknown: customers.unknown };
  };
  let finished: Promise<Summary> | undefined;
  return {
    stop: () => {
      finished ??= finish();
      return finished;
    },
  };
}

/** Lets each arrival happen at its time, or as soon after it as this process gets to run. */
function startArrivals(
  { seed, rate }: LoadOptions,
  arrive: (kind: Kind, scheduledAt: number) => void,
): { stop(): void } {
  const schedule = arrivals(seed, rate);
  const origin = Date.now();
  let next = schedule.next().value;
  let timer: NodeJS.Timeout;
  const due = (): void => {
    for (; origin + next.at <= Date.now(); next = schedule.next().value) arrive(next.kind, origin + next.at);
    timer = setTimeout(due, Math.max(1, origin + next.at - Date.now()));
  };
  timer = setTimeout(due, 0);
  return { stop: () => clearTimeout(timer) };
}

async function idle(customers: Customers): Promise<void> {
  while (customers.open > 0) await pause(20);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
