import { readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { inventory as inventory3 } from "../../../drill/shop/3.2.0/inventory/program";
import { logistics as logistics3 } from "../../../drill/shop/3.2.0/logistics/program";
import { orders as orders3 } from "../../../drill/shop/3.2.0/orders/program";
import { statistics as statistics3 } from "../../../drill/shop/3.2.0/statistics/program";
import { web as web3 } from "../../../drill/shop/3.2.0/web/program";
import { inventory as inventory4 } from "../../../drill/shop/4.0.0/inventory/program";
import { logistics as logistics4 } from "../../../drill/shop/4.0.0/logistics/program";
import type { Model } from "../../../drill/shop/4.0.0/model";
import { orders as orders4 } from "../../../drill/shop/4.0.0/orders/program";
import { RELEASE as RELEASE_4_0_0 } from "../../../drill/shop/4.0.0/release";
import { statistics as statistics4 } from "../../../drill/shop/4.0.0/statistics/program";
import { web as web4 } from "../../../drill/shop/4.0.0/web/program";
import { RELEASE as RELEASE_4_1_0 } from "../../../drill/shop/4.1.0/release";
import { DRILL_PASSWORD_HASH } from "../../../drill/shop/common/password";
import { type Program, type RunningProgram, startProgram } from "../../../drill/shop/common/program";
import { type CarrierBehaviour, startCarrier } from "../../../drill/shop/outside/carrier";
import { type PaymentBehaviour, startPaymentProvider } from "../../../drill/shop/outside/payment";
import type { SimulatedService } from "../../../drill/shop/outside/simulated-service";

export const RELEASES = ["3.2.0", "4.0.0", "4.1.0"] as const;
export type Release = (typeof RELEASES)[number];

const newPrograms = (model: Model): Readonly<Record<string, Program>> => ({
  orders: orders4(model),
  inventory: inventory4(model),
  logistics: logistics4(model),
  statistics: statistics4(model),
  web: web4(model),
});

export const PROGRAMS: Readonly<Record<Release, Readonly<Record<string, Program>>>> = {
  "3.2.0": {
    orders: orders3,
    inventory: inventory3,
    logistics: logistics3,
    statistics: statistics3,
    web: web3,
  },
  "4.0.0": newPrograms(RELEASE_4_0_0),
  "4.1.0": newPrograms(RELEASE_4_1_0),
};

const PRODUCTS = [
  { sku: "LAMP", name: "Desk lamp", price: "19.90", stock: 100 },
  { sku: "MUG", name: 'Mug "Ähre"', price: "7.05", stock: 1000 },
  { sku: "RARE", name: "Rare book", price: "120.00", stock: 5 },
];

type Product = (typeof PRODUCTS)[number];

/** What a shop begins with, in the words of its model; the schema comes from the search path. */
const OLD_ROWS = [
  ...PRODUCTS.map(
    ({ sku, name, price, stock }: Product) =>
      `INSERT INTO products (sku, name, price, stock, active) VALUES ('${sku}', '${name}', ${price}, ${stock}, 'yes')`,
  ),
  "INSERT INTO promotions (code, percent, minimum) VALUES ('Spring10 ', 10, 20), ('FIVER', NULL, NULL)",
  "UPDATE promotions SET amount = 5 WHERE code = 'FIVER'",
].join(";");
const NEW_ROWS = [
  ...PRODUCTS.map(
    ({ sku, name, price, stock }: Product) =>
      `INSERT INTO products (sku, name, price_minor) VALUES ('${sku}', '${name}', round(${price} * 100));
       INSERT INTO stock (sku, available) VALUES ('${sku}', ${stock})`,
  ),
  "INSERT INTO promotions (code, kind, percent, amount_minor, minimum_minor) VALUES ('SPRING10', 'percent', 10, NULL, 2000), ('FIVER', 'amount', NULL, 500, 0)",
].join(";");
/** Columns of the e-mail of the member of staff, and their values. */
const STAFF: Readonly<Record<Release, readonly [columns: string, values: string]>> = {
  "3.2.0": ["email", "'staff@shop.example'"],
  "4.0.0": ["email", "'staff@shop.example'"],
  "4.1.0": ["email_local, email_domain", "'staff', 'shop.example'"],
};

export interface Shop {
  readonly release: Release;
  readonly database: pg.Pool;
  readonly databaseUrl: string;
  readonly variables: NodeJS.ProcessEnv;
  /** Base URL of each service. */
  readonly urls: Readonly<Record<string, string>>;
  readonly programs: Readonly<Record<string, RunningProgram>>;
  startWorker(module: string, variables?: NodeJS.ProcessEnv): Promise<RunningProgram>;
  stop(): Promise<void>;
}

const QUIET = { latencyMs: [0, 0], failureRate: 0, seed: "test" } as const;

/** Creates a database of its own for a release, with three products, promotions and a member of staff. */
export async function createShopDatabase(
  server: PostgresServer,
  release: Release,
  name: string,
): Promise<pg.Pool> {
  const administrator = new pg.Client({ connectionString: server.url() });
  await administrator.connect();
  await administrator.query(`CREATE DATABASE ${name}`);
  await administrator.end();
  const database = new pg.Pool({ connectionString: server.url(name), max: 4 });
  // The server goes away last, sometimes before the pool has closed its connections.
  database.on("error", () => {});
  const model = path.join(__dirname, "../../../releases", release, "schema.sql");
  await database.query(`BEGIN; ${readFileSync(model, "utf8")}; COMMIT;`);
  const [columns, values] = STAFF[release];
  await database.query(`BEGIN; SET LOCAL search_path = ${program(release, "orders").schema};
    ${release === "3.2.0" ? OLD_ROWS : NEW_ROWS};
    INSERT INTO customers (${columns}, name, role, password_hash) VALUES (${values}, 'Staff', 'staff', '${DRILL_PASSWORD_HASH}');
    COMMIT`);
  return database;
}

/** Starts all services of a release, with a payment provider and a carrier beside them. */
export async function startShop(
  server: PostgresServer,
  release: Release,
  options: {
    name: string;
    variables?: NodeJS.ProcessEnv;
    payment?: Partial<PaymentBehaviour>;
    carrier?: Partial<CarrierBehaviour>;
  },
): Promise<Shop> {
  const database = await createShopDatabase(server, release, options.name);
  const databaseUrl = server.url(options.name);
  const payment = await startPaymentProvider({ ...QUIET, declineRate: 0, ...options.payment });
  const carrier = await startCarrier({ ...QUIET, stageMs: 1, ...options.carrier });
  const variables: NodeJS.ProcessEnv = {
    PORT: "0",
    HOST: "127.0.0.1",
    DATABASE_URL: databaseUrl,
    SESSION_SECRET: "test-secret",
    PAYMENT_URL: payment.url,
    PAYMENT_TIMEOUT_MS: "2000",
    CARRIER_URL: carrier.url,
    SHIPMENT_POLL_MS: "50",
    STOCK_UPDATE_MS: "50",
    STOP_DELAY_MS: "0",
    LOG_LEVEL: "fatal",
    ...options.variables,
  };
  const inventory = await startProgram(program(release, "inventory"), "service", variables);
  const inventoryUrl = `http://127.0.0.1:${inventory.port}`;
  const programs: Record<string, RunningProgram> = { inventory };
  for (const module of ["orders", "logistics", "statistics", "web"]) {
    const own = { ...variables, INVENTORY_URL: inventoryUrl };
    programs[module] = await startProgram(program(release, module), "service", own);
  }
  const workers: RunningProgram[] = [];
  const services: SimulatedService[] = [payment, carrier];
  return {
    release,
    database,
    databaseUrl,
    variables: { ...variables, INVENTORY_URL: inventoryUrl },
    programs,
    urls: Object.fromEntries(
      Object.entries(programs).map(([name, { port }]) => [name, `http://127.0.0.1:${port}`]),
    ),
    async startWorker(module, more) {
      const worker = await startProgram(program(release, module), "worker", { ...variables, ...more });
      workers.push(worker);
      return worker;
    },
    async stop() {
      await Promise.all([...workers, ...Object.values(programs)].map((one) => one.stop()));
      await Promise.all(services.map((service) => service.stop()));
      await database.end();
    },
  };
}

export function program(release: Release, module: string): Program {
  const found = PROGRAMS[release][module];
  if (!found) throw new Error(`no module ${module}`);
  return found;
}

export const startServer = (): Promise<PostgresServer> => temporaryPostgres();
