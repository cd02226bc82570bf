import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { stringify } from "yaml";

/** Two releases of a very small shop in a temporary folder, signed, so that tests need no part of the reference shop. */
export interface SmallShop {
  readonly directory: string;
  readonly publicKey: string;
  /** Writes a file of a release anew; a manifest is signed again unless `unsigned`. */
  write(release: string, file: string, content: string | object, options?: { unsigned?: boolean }): void;
  remove(): void;
}

export function smallShop(): SmallShop {
  const directory = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-releases-"));
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const shop: SmallShop = {
    directory,
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    write(release, file, content, options = {}) {
      const text = typeof content === "string" ? content : stringify(content);
      mkdirSync(path.join(directory, release), { recursive: true });
      writeFileSync(path.join(directory, release, file), text);
      if (file === "manifest.yaml" && options.unsigned !== true)
        writeFileSync(path.join(directory, release, "manifest.sig"), signature(text, privateKey));
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
  for (const release of ["1.0.0", "2.0.0"]) {
    shop.write(release, "manifest.yaml", manifestOf(release));
    shop.write(release, "checks.yaml", checksOf(release));
    shop.write(release, "schema.sql", schemaOf(release));
    shop.write(release, "notes.md", `# ${release}\n`);
    shop.write(release, "licence.md", "Apache-2.0\n");
  }
  return shop;
}

const signature = (text: string, key: KeyObject): string =>
  `${sign(null, Buffer.from(text), key).toString("base64")}\n`;

const schemaName = (release: string): string => `small_v${release[0]}`;

const schemaOf = (release: string): string => {
  const schema = schemaName(release);
  return `
CREATE SCHEMA ${schema};
CREATE SEQUENCE ${schema}.order_id;
CREATE TABLE ${schema}.products (sku text PRIMARY KEY, stock integer NOT NULL);
CREATE TABLE ${schema}.orders (
  id bigint DEFAULT nextval('${schema}.order_id') PRIMARY KEY,
  sku text NOT NULL REFERENCES ${schema}.products,
  quantity integer NOT NULL,
  cents bigint NOT NULL,
  doubled bigint GENERATED ALWAYS AS (cents * 2) STORED,
  status text NOT NULL DEFAULT 'placed',
  note text,
  placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE ${schema}.work (worker text NOT NULL, claimed_until timestamptz);
`;
};

export function manifestOf(release: string): Record<string, unknown> {
  const version = Number(release[0]);
  const image = {
    reference: `registry.example.com/small/shop@sha256:${String(version).repeat(64)}`,
    findings: { scannedOn: "2026-01-01", critical: 0, high: 0 },
  };
  const compute = { cpu: "100m", memory: "64Mi" };
  const module = {
    image: "shop",
    resources: { requests: compute, limits: compute },
    probes: { readiness: "/ready", liveness: "/health" },
  };
  return {
    version: release,
    title: `Small shop ${release}`,
    releasedOn: "2026-01-01",
    upgradeFrom: release === "2.0.0" ? ["1.0.0"] : [],
    dataModel: { version, schema: schemaName(release), runsOn: { oldest: version, newest: version } },
    images: { shop: image },
    tools: { jobs: image },
    modules: [
      { ...module, name: "orders", kind: "service", port: 8080, public: ["/api/orders*", "/*"] },
      { ...module, name: "inventory", kind: "service", port: 8081, public: ["/api/stock*"] },
      {
        ...module,
        name: "orders-worker",
        kind: "worker",
        port: 8082,
        reaches: ["payment"],
        inFlight: `SELECT count(*) FROM ${schemaName(release)}.work WHERE worker = 'orders' AND claimed_until > now()`,
      },
    ],
    notes: "notes.md",
    licence: { identifier: "Apache-2.0", file: "licence.md" },
    support: { contact: "support@shop.example", until: "2030-12-31" },
  };
}

export function checksOf(_release: string): Record<string, unknown> {
  return {
    version: 1,
    dataSets: [
      { name: "products", what: "what is sold", tables: ["products"] },
      { name: "orders", what: "what was ordered", tables: ["orders"], neverDeleted: ["orders"] },
    ],
    business: [
      {
        name: "stuck-orders",
        what: "orders that nobody works on",
        query: "SELECT count(*) FROM orders WHERE status = 'stuck'",
        limit: 0,
        wayOut: "look at the worker",
      },
    ],
    invariants: [
      {
        name: "stock-never-negative",
        what: "stock is never negative",
        query: "SELECT sku, stock FROM products WHERE stock < 0",
      },
    ],
    flows: [
      {
        name: "order",
        what: "a customer orders, sees the stock, and cancels",
        steps: [
          { name: "sku", query: "SELECT sku, stock FROM products WHERE stock > 10 ORDER BY sku LIMIT 1" },
          {
            name: "stock",
            request: { module: "inventory", path: "/api/stock/{{sku}}" },
            expect: {
              status: 200,
              headers: { "x-release": "{{release}}" },
              body: { sku: "{{sku}}" },
              equalsQuery: [
                {
                  answer: "available",
                  query: "SELECT stock FROM products WHERE sku = $1",
                  parameters: ["{{sku}}"],
                },
              ],
            },
          },
          {
            name: "place",
            request: {
              module: "orders",
              method: "POST",
              path: "/api/orders",
              headers: { "idempotency-key": "{{unique}}-order" },
              body: { sku: "{{sku}}", quantity: 2 },
            },
            expect: { status: 201, body: { "lines[0].quantity": 2 }, present: ["number"] },
            capture: { number: "number" },
          },
        ],
        cleanup: [
          {
            name: "cancel",
            request: { module: "orders", method: "POST", path: "/api/orders/{{number}}/cancellation" },
            expect: { status: 200 },
          },
        ],
      },
    ],
    performance: [
      {
        name: "stock",
        module: "inventory",
        path: "/api/stock/{{sku}}",
        query: "SELECT sku FROM products ORDER BY sku LIMIT 1",
      },
    ],
    throughput: "SELECT count(*) FROM orders WHERE placed_at > now() - interval '1 minute'",
  };
}
