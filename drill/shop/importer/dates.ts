import { clockIn } from "../common/clock";

/** Reads a time written in one way. Returns local milliseconds (see calendar.ts of the generator), or why it cannot. */
export type DateReader = (text: string) => number | undefined;

/** What a format may consist of, longest first; anything else stands for itself. */
const TOKENS = {
  YYYY: "(?<year>\\d{4})",
  YY: "(?<short>\\d{2})",
  MMM: "(?<word>[A-Za-z]{3})",
  MM: "(?<month>\\d{2})",
  M: "(?<month>\\d{1,2})",
  DD: "(?<day>\\d{2})",
  D: "(?<day>\\d{1,2})",
  HH: "(?<hour>\\d{2})",
  H: "(?<hour>\\d{1,2})",
  hh: "(?<hour>\\d{2})",
  h: "(?<hour>\\d{1,2})",
  mm: "(?<minute>\\d{2})",
  ss: "(?<second>\\d{2})",
  fff: "\\d{1,9}",
  A: "(?<half>[AaPp])\\.?[Mm]\\.?",
  Z: "(?<zone>Z|[+-]\\d{2}:?\\d{2})",
} as const;
const TOKEN = new RegExp(Object.keys(TOKENS).join("|"), "g");
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** What is wrong with a date format, or undefined. */
export function dateFormatProblem(format: string): string | undefined {
  if (format === "unix" || format === "unix-ms") return undefined;
  const tokens: readonly string[] = format.match(TOKEN) ?? [];
  const has = (...names: string[]): boolean => names.some((name) => tokens.includes(name));
  if (!has("YYYY", "YY") || !has("MMM", "MM", "M") || !has("DD", "D"))
    return `must have year (YYYY), month (MM) and day (DD), got ${format}`;
  return new Set(tokens.map((token) => token.charAt(0))).size < tokens.length && repeats(tokens)
    ? `names a part twice: ${format}`
    : undefined;
}

/**
 * Compiles a format such as `DD.MM.YYYY HH:mm`. A time without an offset of its own is read as clock time in `zone`; the
 * result is clock time of the shop in `shopZone`.
 */
export function dateReader(format: string, zone: string, shopZone: string): DateReader {
  if (format === "unix" || format === "unix-ms") {
    const factor = format === "unix" ? 1000 : 1;
    return (text) => (/^\d{1,14}$/.test(text) ? toClock(Number(text) * factor, shopZone) : undefined);
  }
  let last = 0;
  let source = "";
  for (const match of format.matchAll(TOKEN)) {
    source += literal(format.slice(last, match.index)) + TOKENS[match[0] as keyof typeof TOKENS];
    last = match.index + match[0].length;
  }
  const pattern = new RegExp(`^${source}${literal(format.slice(last))}$`);
  return remembering((text) => {
    const parts = pattern.exec(text)?.groups;
    const clock = parts === undefined ? undefined : clockOf(parts);
    if (clock === undefined || parts === undefined) return undefined;
    if (parts.zone !== undefined) return toClock(clock - offsetOf(parts.zone), shopZone);
    return zone === shopZone ? clock : toClock(toInstant(clock, zone), shopZone);
  });
}

/** The rows of an order follow each other, and all tell the same time. */
function remembering(read: DateReader): DateReader {
  let text: string | undefined;
  let time: number | undefined;
  return (next) => {
    if (next !== text) {
      time = read(next);
      text = next;
    }
    return time;
  };
}

function clockOf(parts: Record<string, string | undefined>): number | undefined {
  const year = parts.year === undefined ? century(Number(parts.short)) : Number(parts.year);
  const month = parts.word === undefined ? Number(parts.month) : MONTHS.indexOf(parts.word.toLowerCase()) + 1;
  const day = Number(parts.day);
  const minute = Number(parts.minute ?? 0);
  const second = Number(parts.second ?? 0);
  let hour = Number(parts.hour ?? 0);
  if (parts.half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (parts.half.toLowerCase() === "p" ? 12 : 0);
  }
  if (hour > 23 || minute > 59 || second > 59 || year < 1900 || year > 2199) return undefined;
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(time);
  // Date.UTC turns 31 June into 1 July; such a day does not exist.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? time : undefined;
}

function century(year: number): number {
  return year < 70 ? 2000 + year : 1900 + year;
}

function offsetOf(zone: string): number {
  if (zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}

const OFFSETS = new Map<string, number>();
const QUARTER = 900_000;

/** Clock time in a zone at an instant. */
function toClock(instant: number, zone: string): number {
  const key = `${zone} ${Math.floor(instant / QUARTER)}`;
  let offset = OFFSETS.get(key);
  if (offset === undefined) {
    const rounded = Math.floor(instant / QUARTER) * QUARTER;
    offset = Date.parse(`${clockIn(zone).format(rounded).replace(" ", "T")}Z`) - rounded;
    if (OFFSETS.size > 100_000) OFFSETS.clear();
    OFFSETS.set(key, offset);
  }
  return instant + offset;
}

/** The instant at which a clock in a zone shows a time; of two, the later. */
function toInstant(clock: number, zone: string): number {
  const guess = clock - (toClock(clock, zone) - clock);
  return clock - (toClock(guess, zone) - guess);
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function repeats(tokens: readonly string[]): boolean {
  const parts = tokens.map((token) => (/^[Hh]/.test(token) ? "hour" : token.charAt(0)));
  return new Set(parts).size < parts.length;
}
