/** Days on which nothing may change. */
export interface Freeze {
  /** First and last day, `2026-11-20`. */
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** A time of the week in which customers may notice something. One that ends before it begins ends on the next day. */
export interface ChangeWindow {
  readonly days: readonly string[];
  readonly from: string;
  readonly to: string;
}

/** A calendar file that cannot be used; the message names the line. */
export class CalendarProblem extends Error {
  constructor(message: string) {
    super(message);
    this.stack = "";
  }
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** What clocks and calendars show in a time zone: `2026-11-20`, `fri`, `06:30`. */
export function localTime(moment: Date, timeZone: string): { date: string; day: string; time: string } {
  const parts = Object.fromEntries(
    formatter(timeZone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    day: String(parts.weekday).toLowerCase().slice(0, 3),
    time: `${parts.hour}:${parts.minute}`,
  };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making one takes a hundred times as long as using it. */
function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  formatters.set(timeZone, made);
  return made;
}

/** Whether one of the windows is open; without windows every time is open. */
export function isOpen(windows: readonly ChangeWindow[], moment: Date, timeZone: string): boolean {
  const { day, time } = localTime(moment, timeZone);
  const before = DAYS[(DAYS.indexOf(day) + 6) % 7] ?? "";
  return (
    windows.length === 0 ||
    windows.some(({ days, from, to }) =>
      from < to
        ? days.includes(day) && time >= from && time < to
        : (days.includes(day) && time >= from) || (days.includes(before) && time < to),
    )
  );
}

/** The next moment at which a window is open and nothing is frozen, to the minute; undefined within the next year. */
export function nextOpening(
  windows: readonly ChangeWindow[],
  freezes: readonly Freeze[],
  from: Date,
  timeZone: string,
): Date | undefined {
  const MINUTE = 60_000;
  const start = Math.ceil(from.getTime() / MINUTE) * MINUTE;
  // Windows and freezes begin at whole quarters of an hour more often than not; a year of minutes would take seconds.
  const candidates = function* (): Generator<number> {
    yield start;
    for (let at = Math.ceil(start / (15 * MINUTE)) * 15 * MINUTE; at < start + 366 * 24 * 60 * MINUTE; ) {
      yield at;
      at += 15 * MINUTE;
    }
  };
  for (const at of candidates()) {
    const moment = new Date(at);
    if (frozen(freezes, moment, timeZone) === undefined && isOpen(windows, moment, timeZone)) return moment;
  }
  return undefined;
}

/** The freeze that covers a moment. */
export function frozen(freezes: readonly Freeze[], moment: Date, timeZone: string): Freeze | undefined {
  const { date } = localTime(moment, timeZone);
  return freezes.find(({ from, to }) => from <= date && date <= to);
}

/**
 * Reads freezes from an iCalendar file (RFC 5545): every VEVENT covers the days from DTSTART up to, without, DTEND (§3.6.1).
 * Repeating events are refused rather than read once.
 */
export function readCalendar(text: string, timeZone: string): Freeze[] {
  const lines = text.replace(/\r?\n[ \t]/g, "").split(/\r?\n/);
  const freezes: Freeze[] = [];
  let event: Record<string, string> | undefined;
  for (const [index, line] of lines.entries()) {
    const place = `line ${index + 1}`;
    if (line === "BEGIN:VEVENT") event = {};
    else if (line === "END:VEVENT" && event !== undefined) {
      freezes.push(freezeOf(event, timeZone, place));
      event = undefined;
    } else if (event !== undefined) {
      const [, name = "", value = ""] = /^([A-Z-]+)(?:;[^:]*)?:(.*)$/.exec(line) ?? [];
      if (name === "RRULE" || name === "RDATE")
        throw new CalendarProblem(`${place}: repeating events are not read; write one event for each time.`);
      if (name !== "") event[name] = value;
    }
  }
  if (!lines.includes("BEGIN:VCALENDAR"))
    throw new CalendarProblem("line 1: no iCalendar file; it must hold BEGIN:VCALENDAR.");
  return freezes;
}

function freezeOf(event: Readonly<Record<string, string>>, timeZone: string, place: string): Freeze {
  const first = dayOf(event.DTSTART, timeZone);
  if (first === undefined) throw new CalendarProblem(`${place}: the event has no DTSTART that is a date.`);
  const end = event.DTEND === undefined ? undefined : dayOf(event.DTEND, timeZone, -1);
  const reason = (event.SUMMARY ?? "").replace(/\\([,;\\])/g, "$1").trim() || "calendar";
  return { from: first, to: end !== undefined && end > first ? end : first, reason };
}

/** The day of a date or a time, moved by milliseconds: the end of an event is the first moment after it. */
function dayOf(value: string | undefined, timeZone: string, moved = 0): string | undefined {
  const [, year, month, day, hour, minute, second, zulu] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(value ?? "") ?? [];
  if (year === undefined) return undefined;
  const moment = new Date(`${year}-${month}-${day}T${hour ?? "00"}:${minute ?? "00"}:${second ?? "00"}Z`);
  if (Number.isNaN(moment.getTime())) return undefined;
  const shifted = new Date(moment.getTime() + moved);
  return zulu === undefined ? shifted.toISOString().slice(0, 10) : localTime(shifted, timeZone).date;
}
