/** Cron schedules of five fields, and the descriptors `@daily` and so on. */
export interface CronSchedule {
  /** The next time after this one, in milliseconds; undefined when there is none within five years. */
  next(after: number, timeZone?: string): number | undefined;
}

const FIELDS = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  {
    least: 1,
    most: 12,
    names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { least: 0, most: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
] as const;

const DESCRIPTORS: Readonly<Record<string, string | undefined>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const EVERY = /^@every (?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;

class CronError extends Error {}

/** What is wrong with a schedule; undefined when it can be read. */
export function cronProblem(text: string): string | undefined {
  try {
    parseCron(text);
    return undefined;
  } catch (problem) {
    return (problem as Error).message;
  }
}

export function parseCron(text: string): CronSchedule {
  if (text.startsWith("@every ")) return every(text);
  const fields = (text.startsWith("@") ? descriptor(text) : text).trim().split(/\s+/);
  if (fields.length !== 5) {
    throw new CronError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`);
  }
  const sets = fields.map((field, index) => parseField(field, index));
  const starred = fields.map((field) => /^[*?]/.test(field));
  return { next: (after, timeZone = "UTC") => search(sets, starred, after, timeZone) };
}

function every(text: string): CronSchedule {
  const match = EVERY.exec(text);
  const [, hours = "0", minutes = "0", seconds = "0"] = match ?? [];
  const period = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  if (match === null || period === 0) {
    throw new CronError(
      `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(text.slice(7))}`,
    );
  }
  return { next: (after) => after + period };
}

function descriptor(text: string): string {
  const found = DESCRIPTORS[text];
  if (found === undefined) throw new CronError(`unrecognized descriptor: ${text}`);
  return found;
}

function parseField(field: string, index: number): Set<number> {
  const values = new Set<number>();
  for (const part of field.split(",").filter((each) => each !== "")) {
    const [from, to, step] = parseRange(part, index);
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

function parseRange(text: string, index: number): [from: number, to: number, step: number] {
  const { least, most, names } = FIELDS[index] ?? FIELDS[0];
  const [range = "", stepText, ...more] = text.split("/");
  if (more.length > 0) throw new CronError(`too many slashes: ${text}`);
  const ends = range.split("-");
  if (ends.length > 2) throw new CronError(`too many hyphens: ${text}`);
  let [from, to] = [least as number, most as number];
  if (ends[0] !== "*" && ends[0] !== "?") {
    from = parseNumber(ends[0] ?? "", names);
    to = ends[1] === undefined ? (stepText === undefined ? from : most) : parseNumber(ends[1], names);
  }
  let step = 1;
  if (stepText !== undefined) {
    step = parseNumber(stepText, []);
  }
  if (from < least) throw new CronError(`beginning of range (${from}) below minimum (${least}): ${text}`);
  if (to > most) throw new CronError(`end of range (${to}) above maximum (${most}): ${text}`);
  if (from > to) throw new CronError(`beginning of range (${from}) beyond end of range (${to}): ${text}`);
  if (step === 0) throw new CronError(`step of range should be a positive number: ${text}`);
  return [from, to, step];
}

function parseNumber(text: string, names: readonly string[]): number {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return names.length === 12 ? named + 1 : named;
  if (!/^[+-]?\d+$/.test(text)) {
    throw new CronError(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  const number = Number(text);
  if (number < 0) throw new CronError(`negative number (${number}) not allowed: ${text}`);
  return number;
}

const MINUTE = 60_000;
const MOST_DAYS = 5 * 366;

function search(
  sets: readonly Set<number>[],
  starred: readonly boolean[],
  after: number,
  timeZone: string,
): number | undefined {
  const [minutes, hours, days, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  const clock = wallClock(timeZone);
  let time = Math.floor(after / MINUTE) * MINUTE + MINUTE;
  const end = after + MOST_DAYS * 24 * 60 * MINUTE;
  while (time < end) {
    const { month, day, weekday, hour, minute } = clock(time);
    const byDay = days.has(day);
    const byWeekday = weekdays.has(weekday);
    // Both given: either suffices. One starred: the other decides.
    const dayFits = starred[2] === true || starred[4] === true ? byDay && byWeekday : byDay || byWeekday;
    if (!months.has(month) || !dayFits || !hours.has(hour)) time += (60 - minute) * MINUTE;
    else if (!minutes.has(minute)) time += MINUTE;
    else return time;
  }
  return undefined;
}

interface WallTime {
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

function wallClock(timeZone: string): (time: number) => WallTime {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    month: "numeric",
    day: "numeric",
    weekday: "short",
    hour: "numeric",
    minute: "numeric",
  });
  return (time) => {
    const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
    return {
      month: Number(parts.month),
      day: Number(parts.day),
      weekday: FIELDS[4].names.indexOf((parts.weekday ?? "").toLowerCase() as "sun"),
      hour: Number(parts.hour),
      minute: Number(parts.minute),
    };
  };
}
