import { describe, expect, it } from "vitest";
import type { Parameters } from "../../../infra/parameters";
import { isOpen, nextOpening, readCalendar } from "../../../infra/plan/calendar";
import { checkConsent, confirmByName } from "../../../upgrade/change/confirmation";
import { forbids } from "../../../upgrade/change/permission";
import { sampleParameters } from "../gates/samples";

const WINDOWS = [{ days: ["tue", "wed"], from: "22:00", to: "02:00" }];
const FREEZES = [{ from: "2026-11-24", to: "2026-11-25", reason: "peak" }];
const parameters = (more: object = {}): Parameters => {
  const base = sampleParameters();
  return {
    ...base,
    environment: "production",
    change: {
      ...base.change,
      timeZone: "Europe/Berlin",
      windows: WINDOWS as never,
      approver: "anna",
      ...more,
    },
  };
};
/** 23:00 on a Tuesday in Berlin. */
const OPEN = new Date("2026-11-10T22:00:00Z");
const CLOSED = new Date("2026-11-10T12:00:00Z");

describe("change windows and freezes", () => {
  it("let a turn pass inside a window, also after midnight of the day before", () => {
    expect(forbids(parameters(), [], { phase: "live" }, OPEN, ["ben"])).toEqual([]);
    expect(isOpen(WINDOWS, new Date("2026-11-12T00:30:00Z"), "Europe/Berlin")).toBe(true);
    expect(isOpen(WINDOWS, new Date("2026-11-12T01:00:00Z"), "Europe/Berlin")).toBe(false);
  });

  it("refuse it outside, and say when the next window opens", () => {
    expect(forbids(parameters(), [], { phase: "live" }, CLOSED, ["ben"])).toEqual([
      "It is tue 13:00 (Europe/Berlin); live may be entered tue wed 22:00–02:00. Way out: Run again from tue 2026-11-10 22:00 (Europe/Berlin). Going back (rollback, abort) is allowed at any time.",
    ]);
  });

  it("look over a freeze when they name the next window", () => {
    const frozen = new Date("2026-11-24T22:30:00Z");
    const [problem] = forbids(parameters(), FREEZES, { phase: "prepared" }, frozen, ["ben"]);
    expect(problem).toMatch(
      /2026-11-24 lies in the freeze 2026-11-24 to 2026-11-25 \(peak\).*thu 2026-11-26 00:00/,
    );
    expect(nextOpening(WINDOWS, FREEZES, frozen, "Europe/Berlin")?.toISOString()).toBe(
      "2026-11-25T23:00:00.000Z",
    );
  });

  it("never keep an operator from going back", () => {
    for (const phase of ["staged", "reverted"] as const)
      expect(
        forbids(parameters(), [{ from: "2026-01-01", to: "2026-12-31", reason: "all" }], { phase }, CLOSED, [
          "ben",
        ]),
      ).toEqual([]);
  });

  it("say so when no window ever opens", () => {
    const all = [{ from: "2026-01-01", to: "2029-12-31", reason: "all" }];
    expect(forbids(parameters(), all, { phase: "prepared" }, CLOSED, ["ben"])[0]).toMatch(
      /No window opens within a year/,
    );
  });
});

describe("a calendar file", () => {
  const calendar = (...lines: string[]): string =>
    ["BEGIN:VCALENDAR", "BEGIN:VEVENT", ...lines, "END:VEVENT", "END:VCALENDAR"].join("\r\n");

  it("is read: whole days, times in a zone, folded lines; the end is not part of the event", () => {
    expect(
      readCalendar(
        calendar(
          "DTSTART;VALUE=DATE:20261123",
          "DTEND;VALUE=DATE:20261203",
          "SUMMARY:peak\r\n  season\\, long",
        ),
        "UTC",
      ),
    ).toEqual([{ from: "2026-11-23", to: "2026-12-02", reason: "peak season, long" }]);
    expect(
      readCalendar(calendar("DTSTART:20261231T230000Z", "DTEND:20270101T230000Z"), "Europe/Berlin"),
    ).toEqual([{ from: "2027-01-01", to: "2027-01-01", reason: "calendar" }]);
  });

  it("is refused with its line when it repeats events, has no date or is no calendar", () => {
    expect(() => readCalendar(calendar("DTSTART:20261231", "RRULE:FREQ=YEARLY"), "UTC")).toThrow(
      /^line 4: repeating/,
    );
    expect(() => readCalendar(calendar("SUMMARY:x"), "UTC")).toThrow(/^line 4: .*no DTSTART/);
    expect(() => readCalendar("hello", "UTC")).toThrow(/no iCalendar file/);
  });
});

describe("two people", () => {
  it("are asked for in production only", () => {
    expect(forbids(parameters(), [], { phase: "live" }, OPEN, ["x", " Anna "])[0]).toMatch(
      /anna approved the change and makes it\. Way out/,
    );
    expect(
      forbids({ ...parameters(), environment: "staging" }, [], { phase: "live" }, OPEN, ["anna"]),
    ).toEqual([]);
  });
});

describe("confirmation by name", () => {
  const NAME = "complete 4.0.0";
  const nobody = { yes: false, reason: undefined };

  it("goes on when the name is typed, and refuses anything else", async () => {
    const typed = (text: string) => confirmByName(NAME, ["the old model goes"], nobody, async () => text);
    await expect(typed(" complete 4.0.0 ")).resolves.toBeUndefined();
    await expect(typed("yes")).rejects.toThrow(/"yes" is not "complete 4\.0\.0"; nothing was changed/);
  });

  it("refuses where nobody can be asked, unless --yes has a reason", async () => {
    await expect(confirmByName(NAME, [], nobody, undefined)).rejects.toThrow(
      /add "complete 4\.0\.0" to confirm/,
    );
    await expect(
      confirmByName(NAME, [], { yes: true, reason: "pipeline" }, undefined),
    ).resolves.toBeUndefined();
    expect(() => checkConsent({ yes: true, reason: " " })).toThrow(/--reason/);
  });
});
