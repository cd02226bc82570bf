/** What a module reads from its environment. Everything wrong with it is reported at once. */
export class EnvironmentProblem extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`the environment is wrong:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.name = "EnvironmentProblem";
    this.stack = "";
  }
}

export interface Environment {
  readonly port: number;
  /** Address to listen on. Default: all. */
  readonly host: string | undefined;
  readonly databaseUrl: string;
  /** Most connections of this process to the database. Default 4. */
  readonly databasePool: number;
  readonly sessionSecret: string;
  /** ISO 4217 code. Default EUR. */
  readonly currency: string;
  /** Zone of the shop's local times. Default Europe/Berlin. */
  readonly timeZone: string;
  /** How long an order may stay unpaid. Default 30 minutes. */
  readonly orderTimeLimitSeconds: number;
  readonly paymentUrl: string;
  readonly paymentTimeoutMs: number;
  readonly carrierUrl: string;
  readonly shipmentPollMs: number;
  readonly stockUpdateMs: number;
  readonly inventoryUrl: string;
  /** How long a worker owns a claim before another one may take it over. Default 30 s. */
  readonly leaseSeconds: number;
  /** How long a stopping module goes on accepting requests, until load balancers have noticed. Default 2 s. */
  readonly stopDelayMs: number;
  readonly faults: ReadonlySet<Fault>;
  readonly logLevel: string;
}

/** Faults a drill can switch on through SHOP_FAULT, several separated by commas. */
export const FAULTS = ["wrong-stock", "slow", "login-broken", "missing-function"] as const;
export type Fault = (typeof FAULTS)[number];

/** Variables a program needs beyond PORT. */
export type Needed = "DATABASE_URL" | "SESSION_SECRET" | "PAYMENT_URL" | "CARRIER_URL" | "INVENTORY_URL";

/** Throws an EnvironmentProblem that names each missing or malformed variable. */
export function readEnvironment(source: NodeJS.ProcessEnv, needed: readonly Needed[]): Environment {
  const problems: string[] = [];
  const text = (name: string, otherwise = ""): string => source[name] || otherwise;
  const whole = (name: string, otherwise: number, least: number, most: number): number => {
    const value = Number(text(name, String(otherwise)));
    if (!Number.isInteger(value) || value < least || value > most) {
      problems.push(`${name} must be a whole number from ${least} to ${most} (got "${source[name]}")`);
    }
    return value;
  };
  for (const name of needed) {
    if (!source[name]) problems.push(`${name} is missing`);
  }
  const faults = text("SHOP_FAULT")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  for (const fault of faults) {
    if (!FAULTS.includes(fault as Fault)) {
      problems.push(`SHOP_FAULT must name faults among ${FAULTS.join(", ")} (got "${fault}")`);
    }
  }
  const timeZone = text("SHOP_TIME_ZONE", "Europe/Berlin");
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    problems.push(`SHOP_TIME_ZONE must be a time zone such as Europe/Berlin (got "${timeZone}")`);
  }
  const environment: Environment = {
    port: whole("PORT", 8080, 0, 65535),
    host: source.HOST || undefined,
    databaseUrl: text("DATABASE_URL"),
    databasePool: whole("DATABASE_POOL", 4, 1, 100),
    sessionSecret: text("SESSION_SECRET"),
    currency: text("SHOP_CURRENCY", "EUR"),
    timeZone,
    orderTimeLimitSeconds: whole("ORDER_TIME_LIMIT_SECONDS", 1800, 1, 31_536_000),
    paymentUrl: text("PAYMENT_URL"),
    paymentTimeoutMs: whole("PAYMENT_TIMEOUT_MS", 5000, 1, 600_000),
    carrierUrl: text("CARRIER_URL"),
    shipmentPollMs: whole("SHIPMENT_POLL_MS", 5000, 1, 86_400_000),
    stockUpdateMs: whole("STOCK_UPDATE_MS", 5000, 1, 86_400_000),
    inventoryUrl: text("INVENTORY_URL"),
    leaseSeconds: whole("WORK_LEASE_SECONDS", 30, 1, 3600),
    stopDelayMs: whole("STOP_DELAY_MS", 500, 0, 60_000),
    faults: new Set(faults as Fault[]),
    logLevel: text("LOG_LEVEL", "info"),
  };
  if (problems.length > 0) throw new EnvironmentProblem(problems);
  return environment;
}
