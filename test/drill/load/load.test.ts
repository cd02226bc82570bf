import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Customers } from "../../../drill/load/customers";
import { figures } from "../../../drill/load/figures";
import { Ledger } from "../../../drill/load/ledger";
import { readLedger } from "../../../drill/load/ledger-reader";
import { startLoad } from "../../../drill/load/load";
import type { RequestRecord } from "../../../drill/load/request-log";
import { resume } from "../../../drill/load/resume";
import { KINDS, type Kind } from "../../../drill/load/schedule";
import { type FakeOrder, FakeShop } from "./fake-shop";

const people = {
  version: 1 as const,
  password: "secret",
  customers: ["a@example.com", "b@example.com"],
  promotions: [],
  staff: { email: "s@example.com", password: "secret" },
};

let shop: FakeShop;
let address: string;
let folder: string;
let file: string;

beforeEach(async () => {
  shop = new FakeShop();
  address = await shop.start();
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-load-"));
  file = path.join(folder, "ledger.jsonl");
});
afterEach(async () => {
  await shop.stop();
  rmSync(folder, { recursive: true, force: true });
});

function customers(timeout?: number): { actors: Customers; seen: RequestRecord[]; ledger: Ledger } {
  const seen: RequestRecord[] = [];
  const ledger = new Ledger(file);
  const onRequest = (record: RequestRecord): void => void seen.push(record);
  const options = { address, seed: 1, people, ledger, onRequest };
  return { actors: new Customers(timeout === undefined ? options : { ...options, timeout }), seen, ledger };
}

async function act(actors: Customers, ...kinds: Kind[]): Promise<void> {
  for (const kind of kinds) await actors.act(kind, Date.now());
}

describe("customers", () => {
  it("can do everything the contract offers without a failure", async () => {
    const { actors, seen } = customers();
    await act(actors, "browse", "login", "register", "order", "order", "order", "payment", "payment");
    await act(actors, ...KINDS, ...KINDS);
    expect(seen.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    expect(new Set(seen.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    actors.close();
  });

  it("write the wish before the request leaves and the deed before they act on it", async () => {
    const { actors } = customers();
    await act(actors, "browse", "login");
    let whenAsked = "";
    shop.trouble = () => {
      whenAsked = readFileSync(file, "utf8");
      return false;
    };
    await act(actors, "order");
    expect(whenAsked).toContain('"record":"asked"');
    expect(whenAsked).not.toContain('"record":"acknowledged"');
    const { entries } = await readLedger(file);
    expect(entries.map(({ outcome, deed }) => [outcome, deed?.action])).toEqual([["acknowledged", "order"]]);
    actors.close();
  });

  it("send an order whose answer never came again under the same key, so that there is one order", async () => {
    const { actors, seen } = customers();
    await act(actors, "browse", "login");
    shop.trouble = (request, response) => {
      // The shop does its work, and the answer is lost.
      shop.trouble = () => false;
      shop.answer(request, { lines: [{ sku: "A-1", quantity: 1 }] });
      response.destroy();
      return true;
    };
    await act(actors, "order");
    expect(seen.at(-1)?.outcome).toBe("failed");
    expect((await readLedger(file)).entries[0]?.outcome).toBe("unknown");
    expect(actors.unknown).toBe(1);
    await actors.settle();
    expect(actors.unknown).toBe(0);
    expect(shop.orders.size).toBe(1);
    actors.close();
  });

  it("go on where a killed run left off: known orders, and open wishes under their old keys", async () => {
    const first = customers();
    await act(first.actors, "browse", "login", "order");
    first.ledger.asked("old-key", {
      action: "order",
      email: "a@example.com",
      lines: [{ sku: "B-2", quantity: 2 }],
    });
    first.actors.close();
    const second = customers();
    second.actors.inherit(resume(await readLedger(file), second.actors.situation));
    expect(second.actors.situation.known.orders.size).toBe(1);
    await second.actors.settle();
    expect(shop.byKey.has("old-key")).toBe(true);
    const { entries } = await readLedger(file);
    expect(entries.map(({ outcome }) => outcome)).toEqual(["acknowledged", "acknowledged"]);
    second.actors.close();
  });

  it("count the maintenance page apart and anything else unavailable as a failure", async () => {
    const { actors, seen } = customers();
    let headers: Record<string, string> = {};
    shop.trouble = (_, response) => {
      response.writeHead(503, headers).end("later");
      return true;
    };
    for (headers of [
      { "X-Maintenance": "true", "Retry-After": "30" },
      { "X-Maintenance": "false", "Retry-After": "30" },
      { "X-Maintenance": "true" },
    ])
      await act(actors, "browse");
    expect(seen.map(({ outcome }) => outcome)).toEqual(["maintenance", "failed", "failed"]);
    actors.close();
  });

  it("give up an answer that does not come in time", async () => {
    const { actors, seen } = customers(50);
    shop.trouble = () => true;
    await act(actors, "browse");
    expect(seen[0]).toMatchObject({ outcome: "failed", status: 0, reason: "no answer in 50 ms" });
    actors.close();
  });

  it.each([
    [
      "a total that is not the sum of its lines",
      (order: FakeOrder) => ({ ...order, total: { amount: 1, currency: "EUR" } }),
    ],
    ["other lines than asked for", (order: FakeOrder) => ({ ...order, lines: [] })],
    ["a status nobody knows", (order: FakeOrder) => ({ ...order, status: "lost" })],
  ])("take an order with %s for a contradiction", async (_, alter) => {
    const { actors, seen } = customers();
    await act(actors, "browse", "login");
    const place = shop.place.bind(shop);
    shop.place = (key, lines) => alter(place(key, lines));
    await act(actors, "order");
    expect(seen.at(-1)?.outcome).toBe("failed");
    expect((await readLedger(file)).entries[0]?.outcome).toBe("unknown");
    actors.close();
  });

  it("notice an order that changed its lines or went back in its status", async () => {
    const { actors, seen } = customers();
    await act(actors, "browse", "login", "order", "payment", "read");
    expect(seen.at(-1)?.outcome).toBe("answered");
    for (const order of shop.orders.values()) order.status = "placed";
    await act(actors, "read");
    expect(seen.at(-1)?.reason).toMatch(/went from delivered to placed/);
    for (const order of shop.orders.values()) Object.assign(order, { status: "delivered", lines: [] });
    await act(actors, "read");
    expect(seen.at(-1)?.reason).toMatch(/had lines/);
    actors.close();
  });
});

describe("a run", () => {
  it("keeps a ledger that agrees with the shop, logs every request and sums up", async () => {
    let requests = 0;
    const enough = new Promise<void>((done) => {
      shop.trouble = () => {
        if (++requests === 300) done();
        return false;
      };
    });
    const load = await startLoad({ address, rate: 1000, seed: 3, ledger: file, people });
    await enough;
    const summary = await load.stop();
    expect(summary).toMatchObject({ failed: 0, maintenance: 0, unknown: 0, requests: shop.requests });
    const { entries, runs } = await readLedger(file);
    const placed = entries.flatMap(({ deed }) => (deed?.action === "order" ? [deed.number] : []));
    expect(placed.sort()).toEqual([...shop.orders.keys()].sort());
    expect(summary.orders).toBe(shop.orders.size);
    expect(runs).toHaveLength(1);
    const { all, none } = await figures(file, { all: {}, none: { to: 0 } });
    expect(all).toEqual((({ orders: _, unknown: __, ...rest }) => rest)(summary));
    expect(none.requests).toBe(0);
  });

  it("measures from the scheduled time, so that a stall shows in every request it held up", async () => {
    const { actors, seen } = customers();
    await actors.act("browse", Date.now() - 5000);
    expect(seen[0]?.latency).toBeGreaterThanOrEqual(5000);
    actors.close();
  });
});
