/** A clock; rules about time take one, so that their proofs can set it. */
export type Clock = () => Date;
export const systemClock: Clock = () => new Date();

export interface LocalTime {
  /** `2026-11-20` */
  readonly date: string;
  /** `mon` … `sun` */
  readonly day: string;
  /** `06:30` */
  readonly time: string;
}

export interface Window {
  readonly days: readonly string[];
  readonly from: string;
  readonly to: string;
}

/** What clocks and calendars show in a time zone. Throws when the zone is unknown. */
export function localTime(moment: Date, timeZone: string): LocalTime {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", {
      timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    })
      .formatToParts(moment)
      .map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    day: String(parts.weekday).toLowerCase().slice(0, 3),
    time: `${parts.hour}:${parts.minute}`,
  };
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Whether a window is open. One that ends before it begins ends on the next day. */
export function isOpen({ days, from, to }: Window, { day, time }: LocalTime): boolean {
  if (from < to) return days.includes(day) && time >= from && time < to;
  const before = DAYS[(DAYS.indexOf(day) + 6) % 7] ?? "";
  return (days.includes(day) && time >= from) || (days.includes(before) && time < to);
}
