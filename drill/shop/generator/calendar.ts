import { Random } from "./random";

/**
 * Times of the shop. A "local time" is a number of milliseconds whose UTC reading is what the clock on the wall showed
 * (Europe/Berlin), as a `timestamp` column without zone holds it.
 */
export const DAY = 86_400_000;
export const HOUR = 3_600_000;

/** Orders a hour of the day, relative. Nobody orders much at night; the evening is busiest. */
const HOURS = [4, 2, 1, 1, 1, 2, 5, 10, 16, 22, 26, 28, 30, 27, 26, 27, 29, 33, 40, 50, 55, 46, 28, 12];
/** Sunday first. */
const WEEKDAYS = [1.2, 1.05, 0.95, 0.93, 0.97, 0.9, 1];
/** January first: sales in January, a quiet summer, Christmas. */
const MONTHS = [1.02, 0.85, 0.9, 0.92, 0.9, 0.85, 0.78, 0.8, 0.95, 1.05, 1.45, 1.75];

/** Spreads orders over the days before `until`: growth, seasons, weekdays, single busy and lazy days, hours. */
export class Calendar {
  readonly start: number;
  private readonly cumulated: Float64Array;

  /** @param until local midnight of the first day without orders */
  constructor(
    seed: number,
    readonly until: number,
    readonly days = 3 * 365,
  ) {
    this.start = until - days * DAY;
    const random = new Random(seed, "calendar");
    this.cumulated = new Float64Array(days + 1);
    for (let day = 0; day < days; day++) {
      const date = new Date(this.start + day * DAY);
      const growth = 1 + (0.35 * day) / 365;
      const season = (MONTHS[date.getUTCMonth()] ?? 1) * (WEEKDAYS[date.getUTCDay()] ?? 1);
      const noise = 0.85 + 0.3 * random.unit();
      const weight = growth * season * noise * (isSaleFriday(date) ? 3.5 : 1);
      this.cumulated[day + 1] = (this.cumulated[day] ?? 0) + weight;
    }
  }

  /** The local time by which a `share` (0 to 1) of all orders has been placed; grows with the share. */
  timeAt(share: number): number {
    const sum = this.cumulated[this.days] ?? 0;
    const target = Math.min(Math.max(share, 0), 1 - 1e-12) * sum;
    let low = 0;
    let high = this.days - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.cumulated[middle] ?? 0) <= target) low = middle;
      else high = middle - 1;
    }
    const from = this.cumulated[low] ?? 0;
    const within = (target - from) / ((this.cumulated[low + 1] ?? 0) - from);
    return real(this.start + low * DAY + timeOfDay(within));
  }
}

/** A local time that a clock really showed: in the skipped hour of March clocks showed one hour more. Whole seconds. */
export function real(time: number): number {
  const whole = Math.floor(time / 1000) * 1000;
  return isSkipped(whole) ? whole + HOUR : whole;
}

/** True in the hour that never was: 02:00 to 03:00 on the last Sunday of March. */
export function isSkipped(time: number): boolean {
  return isHourOfChange(time, 2);
}

/** True in the hour that came twice: 02:00 to 03:00 on the last Sunday of October. */
export function isRepeated(time: number): boolean {
  return isHourOfChange(time, 9);
}

/** 02:00 on the day clocks change in a month (0 is January), as local time. */
export function hourOfChange(year: number, month: number): number {
  const last = Date.UTC(year, month + 1, 0);
  return last - new Date(last).getUTCDay() * DAY + 2 * HOUR;
}

function isHourOfChange(time: number, month: number): boolean {
  // Almost all times end here.
  if (Math.floor((time % DAY) / HOUR) !== 2) return false;
  const change = hourOfChange(new Date(time).getUTCFullYear(), month);
  return time >= change && time < change + HOUR;
}

const HOURS_TOTAL = HOURS.reduce((sum, weight) => sum + weight, 0);

function timeOfDay(share: number): number {
  let rest = share * HOURS_TOTAL;
  for (const [hour, weight] of HOURS.entries()) {
    if (rest < weight) return Math.floor((hour + rest / weight) * HOUR);
    rest -= weight;
  }
  return DAY - 1000;
}

/** The Friday after the fourth Thursday of November. */
function isSaleFriday(date: Date): boolean {
  return (
    date.getUTCMonth() === 10 && date.getUTCDay() === 5 && date.getUTCDate() >= 23 && date.getUTCDate() <= 29
  );
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"));
/** Dates by the number of their day: an order's times lie on many days, and a shop's history has few. */
const DATES = new Map<number, string>();

/** `2025-03-01 14:03:22` of a local time. */
export function timestamp(time: number): string {
  const day = Math.floor(time / DAY);
  let date = DATES.get(day);
  if (date === undefined) {
    date = new Date(day * DAY).toISOString().slice(0, 10);
    DATES.set(day, date);
  }
  const seconds = Math.floor((time - day * DAY) / 1000);
  const hour = TWO_DIGITS[Math.floor(seconds / 3600)];
  return `${date} ${hour}:${TWO_DIGITS[Math.floor(seconds / 60) % 60]}:${TWO_DIGITS[seconds % 60]}`;
}
