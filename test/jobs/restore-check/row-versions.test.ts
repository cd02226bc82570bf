import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KeyColumn } from "../../../jobs/backup/tables";
import { distance } from "../../../jobs/restore-check/horizon";
import {
  compareKeys,
  compareVersions,
  excuse,
  type RowVersion,
} from "../../../jobs/restore-check/row-versions";

const KEY: readonly KeyColumn[] = [{ name: "id", kind: "number" }];
async function* rows(all: Map<number, RowVersion>): AsyncGenerator<RowVersion> {
  for (const [, row] of [...all].sort(([a], [b]) => a - b)) yield row;
}
const row = (id: number, xmin: number, hash = `${id}-${xmin}`): RowVersion => ({
  key: [String(id)],
  xmin,
  hash,
});

/** A table as a list of writes: transaction `index` sets or deletes a row. */
const history = fc.array(fc.record({ id: fc.integer({ min: -5, max: 5 }), remove: fc.boolean() }), {
  maxLength: 40,
});

function tableAfter(writes: readonly { id: number; remove: boolean }[], skipped: ReadonlySet<number>) {
  const table = new Map<number, RowVersion>();
  for (const [xmin, { id, remove }] of writes.entries()) {
    if (skipped.has(xmin)) continue;
    if (remove) table.delete(id);
    else table.set(id, row(id, xmin));
  }
  return table;
}

describe("comparing a restored copy with an original that is written to", () => {
  test("raises no false alarm, whatever was written after the snapshot or was in flight", async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(40), fc.option(fc.nat(40)), async (writes, cut, flying) => {
        const snapshot = Math.min(cut, writes.length);
        const inFlight = new Set(flying !== null && flying < snapshot ? [flying] : []);
        // What was in flight commits after the snapshot; a later write to the same row waits for it, so none follows before.
        const first = writes.findIndex((_, index) => inFlight.has(index));
        if (first !== -1 && writes.slice(first + 1, snapshot).some(({ id }) => id === writes[first]?.id))
          return;
        const copy = tableAfter(writes.slice(0, snapshot), inFlight);
        const original = tableAfter(writes, new Set());
        const newest = Math.max(-1, ...[...copy.values()].map(({ xmin }) => xmin));
        const tally = await compareVersions(rows(original), rows(copy), KEY, {
          mustContain: (xmin) => xmin <= newest,
        });
        expect(excuse(tally, inFlight)).toMatchObject({ missing: 0, different: 0 });
      }),
    );
  });

  test("finds every row that was lost or altered in the copy", async () => {
    const original = new Map([1, 2, 3, 10].map((id) => [id, row(id, 5)]));
    const copy = new Map(original);
    copy.delete(2);
    copy.set(10, row(10, 5, "other"));
    copy.set(3, row(3, 4));
    const tally = await compareVersions(rows(original), rows(copy), KEY, {
      mustContain: (xmin) => xmin <= 5,
    });
    const left = excuse(tally, new Set());
    expect([left.missing, left.different]).toEqual([1, 2]);
    expect(left.examples).toEqual(["missing: id 2", "different: id 3", "different: id 10"]);
  });

  test("orders keys as PostgreSQL does", () => {
    expect(compareKeys(["9"], ["10"], KEY)).toBe(-1);
    expect(compareKeys(["-9"], ["-10"], KEY)).toBe(1);
    const bytes: KeyColumn[] = [{ name: "sku", kind: "text" }];
    const hex = (text: string): string => Buffer.from(text).toString("hex");
    expect(compareKeys([hex("Z")], [hex("a")], bytes)).toBe(-1);
    expect(compareKeys([hex("ä")], [hex("z")], bytes)).toBe(1);
  });

  test("knows the order of transactions across the wrap-around of their numbers", () => {
    expect(distance(5, 4294967290)).toBe(11);
    expect(distance(4294967290, 5)).toBe(-11);
  });
});
