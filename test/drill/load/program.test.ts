import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readLedger } from "../../../drill/load/ledger-reader";
import { ended, spawnNode } from "../../../drill/process/leash";
import { FakeShop } from "./fake-shop";

let shop: FakeShop;
let folder: string;
beforeEach(() => {
  shop = new FakeShop();
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-load-program-"));
});
afterEach(async () => {
  await shop.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the program until `until` says a printed line is the last one wanted, then sends the signal. */
async function run(
  args: readonly string[],
  signal: NodeJS.Signals,
  until: (line: Record<string, unknown>) => boolean,
): Promise<{ lines: Record<string, unknown>[]; end: number | NodeJS.Signals }> {
  const child = spawnNode("drill/load/main.ts", [...args, "--control"], {
    nodeArguments: ["--require", "tsx/cjs"],
  });
  const lines: Record<string, unknown>[] = [];
  if (child.stdout === null) throw new Error("no output");
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Record<string, unknown>;
    lines.push(line);
    if (until(line)) child.kill(signal);
  }
  return { lines, end: await ended(child) };
}

it("goes on with its ledger after kill -9, and sums up on SIGTERM", async () => {
  const address = await shop.start();
  const customers = path.join(folder, "customers.json");
  const ledger = path.join(folder, "ledger.jsonl");
  writeFileSync(
    customers,
    JSON.stringify({ version: 1, password: "secret", customers: ["a@example.com"], promotions: [] }),
  );
  const args = [
    "--address",
    address,
    "--rate",
    "200",
    "--seed",
    "1",
    "--ledger",
    ledger,
    "--customers",
    customers,
  ];
  const busy = ({ orders }: Record<string, unknown>): boolean => Number(orders) >= 10;
  const killed = await run(args, "SIGKILL", busy);
  expect(killed.end).toBe("SIGKILL");
  const before = (await readLedger(ledger)).entries.length;

  const resumed = await run(args, "SIGTERM", busy);
  expect(resumed.end).toBe(0);
  expect(Object.keys(resumed.lines[0] ?? {})).toEqual(
    expect.arrayContaining(["time", "requests", "failed", "p50", "p99", "maintenance"]),
  );
  expect(resumed.lines.at(-1)).toMatchObject({ summary: { failed: 0, unknown: 0, maintenance: 0 } });

  const { entries, runs } = await readLedger(ledger);
  expect(runs).toHaveLength(2);
  expect(entries.length).toBeGreaterThan(before);
  // Every order the shop has is in the ledger: none is left unknown, not even the ones that were cut off.
  const acknowledged = entries.flatMap(({ deed }) => (deed?.action === "order" ? [deed.number] : []));
  expect(acknowledged.sort()).toEqual([...shop.orders.keys()].sort());
});

it("refuses wrong usage with exit code 2 and says what is wrong", async () => {
  const child = spawnNode("drill/load/main.ts", ["--address", "somewhere"], {
    nodeArguments: ["--require", "tsx/cjs"],
  });
  let text = "";
  child.stderr?.on("data", (part) => {
    text += part;
  });
  expect(await ended(child)).toBe(2);
  expect(text).toMatch(/expected an address such as/);
  await shop.start();
});
