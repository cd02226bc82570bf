import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLines, writeLines } from "../../../drill/shop/3.2.0/lines-text";
import { readEvents, writeEvents } from "../../../drill/shop/3.2.0/logistics/events-text";
import { type OrderRow, orderOf } from "../../../drill/shop/3.2.0/order-row";
import { parseAddress } from "../../../drill/shop/4.0.0/address";
import { canonicalPhone } from "../../../drill/shop/4.0.0/phone";
import { furtherEvents, SHIPMENT_STATUSES, type ShipmentEvent } from "../../../drill/shop/api/shipment";

describe("order lines as text", () => {
  const lines = fc.array(
    fc.record({
      sku: fc.string({ minLength: 1 }),
      name: fc.string(),
      quantity: fc.integer({ min: 1, max: 1000 }),
      price: fc.integer({ min: 0, max: 100_000_000 }),
    }),
  );

  it("come back as they were written", () => {
    fc.assert(
      fc.property(lines, (one) => {
        expect(readLines(writeLines(one))).toEqual(one);
      }),
    );
  });

  it("have one canonical form", () => {
    expect(writeLines([{ sku: "A-1", name: 'Lamp "ä"', quantity: 2, price: 1990 }])).toBe(
      '[{"sku":"A-1","name":"Lamp \\"ä\\"","qty":2,"price":"19.90"}]',
    );
  });

  it("are understood in the spellings of older programs", () => {
    const text = '[ {"sku":"A","qty":"2","price":19.9}, {"sku":"B","name":"b","qty":1,"price":"7,05"} ]';
    expect(readLines(text)).toEqual([
      { sku: "A", name: "A", quantity: 2, price: 1990 },
      { sku: "B", name: "b", quantity: 1, price: 705 },
    ]);
  });

  it.each([
    null,
    "",
    "[{",
    "{}",
    "null",
    '[null, {"sku":"A","qty":0,"price":"1"}, {"sku":"A","qty":1,"price":"x"}]',
  ])("that make no sense are none: %j", (text) => {
    expect(readLines(text)).toEqual([]);
  });
});

describe("an old order row", () => {
  const row: OrderRow = {
    number: "1",
    status: "placed",
    placed_at: new Date(0),
    lines: "[]",
    discount: null,
    total: "12.345",
    promotion: " spring10",
    payment_method: null,
    payment_reference: null,
    payment_state: null,
    payment_key: null,
  };

  it.each([
    [" PAID ", "paid"],
    ["Canceled", "cancelled"],
    ["storniert", "cancelled"],
    ["bezahlt", "paid"],
    ["versendet", "shipped"],
    ["complete", "delivered"],
    ["returned", "returned"],
  ])("with status %j is %s", (status, expected) => {
    expect(orderOf({ ...row, status }, "EUR").status).toBe(expected);
  });

  it("has whole minor units and a promotion in capitals", () => {
    expect(orderOf(row, "EUR")).toMatchObject({ total: 1235, discount: 0, promotion: "SPRING10" });
  });
});

describe("shipment events as text", () => {
  it("are local times, a line an event", () => {
    const events: ShipmentEvent[] = [
      { at: new Date("2025-03-01T13:03:22Z"), status: "announced", location: null },
      { at: new Date("2025-07-01T13:03:22Z"), status: "in-transit", location: "Köln" },
    ];
    const text = writeEvents(events, "Europe/Berlin");
    expect(text).toBe("2025-03-01 14:03:22|announced|\n2025-07-01 15:03:22|in-transit|Köln");
    expect(readEvents(text)).toEqual([
      { local: "2025-03-01 14:03:22", status: "announced", location: null },
      { local: "2025-07-01 15:03:22", status: "in-transit", location: "Köln" },
    ]);
  });

  it("leave out lines that make no sense", () => {
    expect(
      readEvents("yesterday|delivered|\n\n2025-03-01 14:03:22|lost|Ulm\n2025-03-01 14:03:22|Delivered"),
    ).toEqual([{ local: "2025-03-01 14:03:22", status: "delivered", location: null }]);
    expect(readEvents(null)).toEqual([]);
  });
});

describe("what a carrier reports", () => {
  const status = fc.constantFrom(...SHIPMENT_STATUSES);
  const at = fc.integer({ min: 0, max: 1_000_000 }).map((seconds) => new Date(seconds * 1000));
  const reported = fc.array(fc.record({ at, status, location: fc.constant(null) }));
  const rank = (event: ShipmentEvent): number => SHIPMENT_STATUSES.indexOf(event.status);

  it("moves a shipment forward only, and time with it", () => {
    fc.assert(
      fc.property(fc.record({ status, lastAt: at }), reported, (current, events) => {
        const further = furtherEvents(current, events);
        const path = [{ status: current.status, at: current.lastAt, location: null }, ...further];
        for (const [index, event] of further.entries()) {
          const before = path[index];
          if (!before) throw new Error("no event before");
          expect(rank(event)).toBeGreaterThan(rank(before));
          expect(event.at.getTime()).toBeGreaterThanOrEqual(before.at.getTime());
        }
        expect(
          furtherEvents({ status: path.at(-1)?.status ?? current.status, lastAt: current.lastAt }, events),
        ).toEqual([]);
      }),
    );
  });
});

describe("cleaning in 4.0.0", () => {
  it.each([
    ["0170/1234567", "+491701234567"],
    ["+49 (0) 170 123-4567", "+491701234567"],
    ["0049 170 1234567", "+491701234567"],
    ["+43 1 23456", "+43123456"],
    ["1234", null],
    ["n/a", null],
    ["", null],
    [null, null],
  ])("makes the phone %j %j", (text, phone) => {
    expect(canonicalPhone(text)).toBe(phone);
  });

  it("takes an address apart where it can", () => {
    expect(parseAddress("Hauptstr. 1, Hof, 10115 Berlin")).toEqual({
      street: "Hauptstr. 1, Hof",
      postalCode: "10115",
      city: "Berlin",
    });
    expect(parseAddress(" somewhere ")).toEqual({ street: "somewhere", postalCode: null, city: null });
    expect(parseAddress(" ")).toBeNull();
  });
});
