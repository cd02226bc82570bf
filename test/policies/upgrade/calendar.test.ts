import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frozen, isOpen, localTime } from "../../../infra/plan/calendar";
import {
  isOpen as isOpenToThePack,
  localTime as localTimeOfThePack,
} from "../../../policies/upgrade/calendar";
import { insideChangeWindow } from "../../../policies/upgrade/rules/upg-inside-change-window";
import { outsideFreeze } from "../../../policies/upgrade/rules/upg-outside-freeze";
import { judge } from "../harness";
import { upgrade } from "./fixtures";

/**
 * Program and packs read the calendar apart from each other, so that neither can be changed to suit the other. Here they
 * are held against each other: what the command line announces, the pack must let pass, and nothing more.
 */
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/St_Johns",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Pacific/Kiritimati",
] as const;

const zone = fc.constantFrom(...ZONES);
/** Moments of some years; every other one near a change of clocks in Europe. */
const moment = fc.oneof(
  fc.date({
    min: new Date("2024-01-01T00:00:00Z"),
    max: new Date("2030-12-31T23:59:59Z"),
    noInvalidDate: true,
  }),
  fc
    .tuple(
      fc.constantFrom("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2028-02-29T00:00:00Z"),
      fc.integer({ min: -180, max: 180 }),
    )
    .map(([at, minutes]) => new Date(new Date(at).getTime() + minutes * 60_000)),
);
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 1, 15, 30, 59))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
const windows = fc.array(
  fc
    .record({
      days: fc.uniqueArray(fc.constantFrom("mon", "tue", "wed", "thu", "fri", "sat", "sun"), {
        minLength: 1,
      }),
      from: time,
      to: time,
    })
    .filter(({ from, to }) => from !== to),
  { maxLength: 3 },
);
/** Freezes around a moment, as a person would write them: days. */
const freezesAround = (at: Date) =>
  fc.array(
    fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 4 })).map(([first, length]) => {
      const day = (offset: number) => new Date(at.getTime() + offset * 86_400_000).toISOString().slice(0, 10);
      return { from: day(first), to: day(first + length), reason: "r" };
    }),
    { maxLength: 3 },
  );

describe("the calendar of the program and of the packs", () => {
  it("show one local time", () => {
    fc.assert(
      fc.property(moment, zone, (at, where) => {
        expect(localTimeOfThePack(at, where)).toEqual(localTime(at, where));
      }),
    );
  });

  it("open and close the same windows", () => {
    fc.assert(
      fc.property(moment, zone, windows, (at, where, list) => {
        const now = localTimeOfThePack(at, where);
        const pack = list.length === 0 || list.some((each) => isOpenToThePack(each, now));
        expect(pack).toBe(isOpen(list, at, where));
      }),
      { numRuns: 500 },
    );
  });

  it("agree when the rules themselves are asked", () => {
    const asked = moment.chain((at) => fc.tuple(fc.constant(at), zone, windows, freezesAround(at)));
    let [open, closed, free, held] = [0, 0, 0, 0];
    fc.assert(
      fc.property(asked, ([at, where, list, freezes]) => {
        const change = { ticket: "CHG-1", approver: "bob", timeZone: where, windows: list, freezes };
        const turn = [upgrade("live", { change })];
        const shut =
          judge(
            insideChangeWindow(() => at),
            turn,
          ).violations.length > 0;
        const still =
          judge(
            outsideFreeze(() => at),
            turn,
          ).violations.length > 0;
        expect(shut).toBe(!isOpen(list, at, where));
        expect(still).toBe(frozen(freezes, at, where) !== undefined);
        if (shut) closed += 1;
        else open += 1;
        if (still) held += 1;
        else free += 1;
      }),
      { numRuns: 300 },
    );
    // All four came up, or the property has shown nothing.
    for (const count of [open, closed, free, held]) expect(count).toBeGreaterThan(0);
  });
});
