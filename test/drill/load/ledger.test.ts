import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Ledger } from "../../../drill/load/ledger";
import { readLedger } from "../../../drill/load/ledger-reader";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-ledger-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function filled(file: string): void {
  const ledger = new Ledger(file);
  ledger.run("r", 1, 10);
  ledger.asked("r-1", { action: "cancellation", email: "ä@example.com", order: "N-1" });
  ledger.acknowledged("r-1", { action: "cancellation", status: "cancelled" });
  ledger.asked("r-2", { action: "registration", email: "b@example.com", name: "B" });
  ledger.close();
}

describe("the ledger", () => {
  it("can be read and continued after being cut off at any byte", async () => {
    const file = path.join(folder, "cut.jsonl");
    filled(file);
    const whole = readFileSync(file);
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(file, whole.subarray(0, length));
      const before = await readLedger(file);
      const ledger = new Ledger(file);
      ledger.asked("next", { action: "registration", email: "c@example.com", name: "C" });
      ledger.close();
      const after = await readLedger(file);
      expect(after.entries.at(-1)?.key).toBe("next");
      // A complete record whose line end is missing was not yet acted on either, and may go.
      expect(after.entries.length - 1).toBeGreaterThanOrEqual(before.entries.length - 1);
      expect(after.entries.length - 1).toBeLessThanOrEqual(2);
    }
  });

  it("keeps the last word on a wish, and an acknowledgement above all", async () => {
    const file = path.join(folder, "words.jsonl");
    const ledger = new Ledger(file);
    ledger.asked("k", { action: "payment", email: "a@example.com", order: "N-1", method: "card" });
    ledger.unknown("k", "connection reset");
    ledger.asked("k", { action: "payment", email: "a@example.com", order: "N-1", method: "card" });
    ledger.acknowledged("k", { action: "payment", status: "paid", total: 5, currency: "EUR" });
    ledger.refused("k", 409);
    ledger.close();
    const { entries } = await readLedger(file);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ outcome: "acknowledged", deed: { status: "paid" } });
  });

  it("names the line that is broken in the middle, and the answer nobody asked for", async () => {
    const file = path.join(folder, "broken.jsonl");
    filled(file);
    appendFileSync(file, 'garbage\n{"record":"run","run":"r"}\n');
    await expect(readLedger(file)).rejects.toThrow(/broken\.jsonl:5: not a ledger record: garbage/);
    truncateSync(file, 0);
    appendFileSync(file, '{"record":"refused","key":"x","status":409}\n');
    await expect(readLedger(file)).rejects.toThrow(/broken\.jsonl:1: .* nobody asked for/);
  });
});
