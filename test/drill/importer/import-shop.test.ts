import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { importShop } from "../../../drill/shop/importer/import-shop";
import type { ImportReport } from "../../../drill/shop/importer/report";

const EXAMPLE = path.join("drill", "shop", "importer", "example");
const SCHEMA = readFileSync(path.join("releases", "3.2.0", "schema.sql"), "utf8");

let server: PostgresServer;
let client: pg.Client;
let databases = 0;
let url: string;
let folder: string;

beforeAll(async () => {
  server = await temporaryPostgres();
});
afterAll(() => server.stop("immediate"));
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-import-"));
  const name = `import_${++databases}`;
  const administrator = new pg.Client({ connectionString: server.url() });
  await administrator.connect();
  await administrator.query(`CREATE DATABASE ${name}`);
  await administrator.end();
  url = server.url(name);
  client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(SCHEMA);
});
afterEach(async () => {
  await client.end();
  rmSync(folder, { recursive: true, force: true });
});

function write(files: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
}

function run(files?: Record<string, string | Buffer>): Promise<ImportReport> {
  if (files !== undefined) write(files);
  const directory = files === undefined ? EXAMPLE : folder;
  return importShop({ databaseUrl: url, directory, rejects: path.join(folder, "rejects.csv") });
}

async function rows(query: string): Promise<Record<string, unknown>[]> {
  return (await client.query(query)).rows;
}

function rejects(): string[] {
  return readFileSync(path.join(folder, "rejects.csv"), "utf8").trim().split("\n").slice(1);
}

/** A mapping of one flat file, as a till would export it. */
const FLAT = `
version: 1
files:
  - file: flat.csv
    encoding: latin1
    dates: M/D/YYYY H:mm
    targets:
      - into: customers
        when: { Customer: { present: true } }
        fields: { key: Customer }
      - into: products
        fields: { sku: Code, name: Text, price: Price }
      - into: orders
        when: { Invoice: { matches: "^C", not: true } }
        fields: { number: Invoice, customer: Customer, placed: Date, status: { value: delivered } }
      - into: orders
        when: { Invoice: { matches: "^C" } }
        fields: { number: Invoice, customer: Customer, placed: Date, status: { value: cancelled } }
      - into: lines
        when: { Invoice: { matches: "^C", not: true } }
        fields: { order: Invoice, sku: Code, name: Text, quantity: Quantity, price: Price }
      - into: lines
        when: { Invoice: { matches: "^C" } }
        fields: { order: Invoice, sku: Code, name: Text, quantity: { column: Quantity, factor: -1 }, price: Price }
`;

describe("the importer", () => {
  it("loads the example: every table, types, links and texts", async () => {
    const report = await run();
    expect(report.tables).toMatchObject({
      customers: 4,
      products: 5,
      promotions: 2,
      orders: 4,
      shipments: 2,
      reviews: 1,
      after_sales: 0,
    });
    expect(
      await rows(
        "SELECT number, customer_name, ship_to, lines, discount::text, total::text, currency, promotion, status, created::text FROM shop_v3.orders WHERE number = 'A-5001'",
      ),
    ).toEqual([
      {
        number: "A-5001",
        customer_name: "Anna Müller",
        ship_to: "Hauptstraße 1, 10115 Berlin",
        lines:
          '[{"sku":"LAMP-1","name":"Oak Lamp","qty":1,"price":"49.90"},{"sku":"MUG-7","name":"Mug, blue","qty":1,"price":"12.50"}]',
        discount: "6.24",
        total: "56.16",
        currency: "EUR",
        promotion: "SPRING",
        status: "delivered",
        created: "2024-04-02 18:22:05",
      },
    ]);
    // Where no total was given, the lines make it.
    expect(await rows("SELECT total::text FROM shop_v3.orders WHERE number = 'A-5003'")).toEqual([
      { total: "25.00" },
    ]);
    // UTC in the file, clock time of the shop in the table.
    expect(await rows("SELECT status, events FROM shop_v3.shipments WHERE order_number = 'A-5001'")).toEqual([
      {
        status: "delivered",
        events:
          "2024-04-03 09:00:00|announced|\n2024-04-03 17:30:00|picked-up|Berlin\n2024-04-04 11:45:00|delivered|Berlin",
      },
    ]);
    expect(await rows("SELECT nextval('shop_v3.order_id')::int AS next")).toEqual([{ next: 5 }]);
    expect(report.customers).toContain("anna.mueller@example.com");
  });

  it("names every bad row of the example by file, line, column and reason", async () => {
    const report = await run();
    expect(rejects()).toEqual([
      "customers.csv,6,angelegt am,31.06.2024,registered is no time written as DD.MM.YYYY",
      expect.stringMatching(/^orders\.csv,6,date,2024-04-31 10:00:00,placed is no time written as/),
      "order-lines.csv,8,count,two,quantity is no number",
      expect.stringMatching(/^shipments\.csv,6,event,LOST,"status is not in the map: LABEL/),
      "reviews.csv,4,stars,eleven,rating is no number",
      "orders.csv,7,order,A-5002,number was in line 3 already",
      "order-lines.csv,7,order,A-5005,order: there is no such order",
    ]);
    expect(report.rejected).toBe(rejects().length);
  });

  it("keeps counts that add up, for each file and each target", async () => {
    const report = await run();
    expect(report.read).toBe(report.loaded + report.passed + report.rejected);
    for (const file of report.files) {
      expect(file.read, file.file).toBe(file.loaded + file.passed + file.rejected);
      for (const { rows, loaded, repeated, passed, rejected } of file.targets) {
        expect(rows).toBe(file.read);
        expect(loaded + repeated + passed + rejected).toBe(rows);
      }
    }
  });

  it("makes customers, products, orders and lines out of one flat file, cancellations with negative quantities too", async () => {
    const report = await run({
      "mapping.yaml": FLAT,
      "flat.csv": Buffer.from(
        [
          "Invoice,Code,Text,Quantity,Date,Price,Customer",
          'N1,A,"Lamp, caf\xe9",2,12/1/2010 8:26,2.55,17850',
          "N1,B,Mug,1,12/1/2010 8:26,0.001,17850",
          "N2,A,Lamp,1,12/1/2010 9:00,2.55,",
          "CN1,A,Lamp,-1,12/2/2010 9:00,2.55,17850",
          "N2,A,Lamp,1,12/1/2010 9:00,2.55,",
          "",
        ].join("\r\n"),
        "latin1",
      ),
    });
    expect(report).toMatchObject({ read: 5, loaded: 5, rejected: 0, strangers: 0 });
    expect(
      await rows(
        "SELECT number, customer_id::int AS customer, lines, total::text, status FROM shop_v3.orders ORDER BY id",
      ),
    ).toEqual([
      {
        number: "N1",
        customer: 1,
        lines:
          '[{"sku":"A","name":"Lamp, café","qty":2,"price":"2.55"},{"sku":"B","name":"Mug","qty":1,"price":"0.001"}]',
        total: "5.10",
        status: "delivered",
      },
      {
        number: "N2",
        customer: null,
        lines:
          '[{"sku":"A","name":"Lamp","qty":1,"price":"2.55"},{"sku":"A","name":"Lamp","qty":1,"price":"2.55"}]',
        total: "5.10",
        status: "delivered",
      },
      {
        number: "CN1",
        customer: 1,
        lines: '[{"sku":"A","name":"Lamp","qty":1,"price":"2.55"}]',
        total: "2.55",
        status: "cancelled",
      },
    ]);
  });

  it("finds a repeated key however far apart its rows are", async () => {
    const mapping = (repeats: string): string =>
      `version: 1\nfiles: [{ file: c.csv, targets: [{ into: customers, repeats: ${repeats}, fields: { key: id, name: name } }] }]\n`;
    const csv = [
      "id,name",
      "0,first",
      ...Array.from({ length: 45_000 }, (_, index) => `${index + 1},x`),
      "0,again",
    ].join("\n");
    const report = await run({ "mapping.yaml": mapping("first"), "c.csv": csv });
    expect(report.files[0]?.targets[0]).toMatchObject({
      rows: 45_002,
      loaded: 45_001,
      repeated: 1,
      rejected: 0,
    });
    expect(await rows("SELECT name FROM shop_v3.customers WHERE id = 1")).toEqual([{ name: "first" }]);
    await client.query("TRUNCATE shop_v3.customers");
    const strict = await run({ "mapping.yaml": mapping("reject"), "c.csv": csv });
    expect(strict.files[0]).toMatchObject({ loaded: 45_001, rejected: 1 });
    expect(rejects()).toEqual(["c.csv,45003,id,0,key was in line 2 already"]);
  });

  it("rejects records that are no rows: wrong number of fields, open quotes, bytes of another encoding", async () => {
    const report = await run({
      "mapping.yaml":
        "version: 1\nfiles: [{ file: p.csv, targets: [{ into: products, fields: { sku: sku, name: name } }] }]\n",
      "p.csv": Buffer.from('sku,name\nA,caf\xe9\nB\nC,"x"y\nD,fine\n,\nE,"never closed\n', "latin1"),
    });
    expect(report).toMatchObject({ read: 6, loaded: 1, passed: 1, rejected: 4 });
    expect(rejects()).toEqual([
      "p.csv,2,name,caf\ufffd,is not utf-8; try another encoding",
      'p.csv,3,,,"has 1 fields, the header has 2"',
      "p.csv,4,,,text after a closing quote: y",
      "p.csv,7,,,a quote is never closed",
    ]);
  });

  it("refuses a mapping that does not fit its files, with every problem, and touches nothing", async () => {
    write({ "c.csv": "id,name\n1,x\n", "m.csv": Buffer.from("\ufeffid\n1\n") });
    const mapping = `
version: 1
files:
  - file: c.csv
    targets:
      - into: customers
        fields: { key: number, name: { template: "{name} {family}" } }
        when: { country: { is: DE } }
  - file: missing.csv
    targets: [{ into: products, fields: { sku: sku } }]
  - file: m.csv
    encoding: latin1
    targets: [{ into: products, fields: { sku: id } }]
`;
    const problem = await run({ "mapping.yaml": mapping }).catch((each: Error) => each.message);
    expect(problem).toContain('c.csv: customers.key: there is no column "number"; there are id, name');
    expect(problem).toContain('there is no column "family"');
    expect(problem).toContain('customers.when: there is no column "country"');
    expect(problem).toContain("missing.csv: there is no such file");
    expect(problem).toContain(
      "m.csv: the header cannot be read: it begins with the mark of utf-8; set encoding: utf-8",
    );
    expect(await rows("SELECT count(*)::int AS count FROM shop_v3.customers")).toEqual([{ count: 0 }]);
  });

  it("refuses a shop that is not empty, and leaves no trace of itself", async () => {
    await run();
    await expect(run()).rejects.toThrow(/not empty/);
    expect(await rows("SELECT nspname FROM pg_namespace WHERE nspname = 'shop_import'")).toEqual([]);
    expect(await rows("SELECT count(*)::int AS count FROM shop_v3.orders")).toEqual([{ count: 4 }]);
  });
});
