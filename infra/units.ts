/** Units are part of a value: `30m`, `5s`, `20GiB`. A bare number is refused, because it does not say what it counts. */
export type Duration = `${number}${DurationUnit}`;
export type Size = `${number}${SizeUnit}`;

const DURATION_UNITS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;
const SIZE_UNITS = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;
type DurationUnit = keyof typeof DURATION_UNITS;
type SizeUnit = keyof typeof SIZE_UNITS;

export const DURATION_PATTERN = "^[0-9]+(ms|s|m|h|d)$";
export const SIZE_PATTERN = "^[0-9]+(KiB|MiB|GiB|TiB)$";

export const isDuration = (value: unknown): value is Duration =>
  typeof value === "string" && new RegExp(DURATION_PATTERN).test(value);

export const isSize = (value: unknown): value is Size =>
  typeof value === "string" && new RegExp(SIZE_PATTERN).test(value);

/** Seconds of a duration; milliseconds become a fraction. */
export function seconds(duration: Duration): number {
  const unit = /[a-z]+$/.exec(duration)?.[0] as DurationUnit;
  return Number.parseInt(duration, 10) * DURATION_UNITS[unit];
}

export const milliseconds = (duration: Duration): number => Math.round(seconds(duration) * 1000);

/** Whole minutes, rounded up, at least one. */
export const minutes = (duration: Duration): number => Math.max(1, Math.ceil(seconds(duration) / 60));

/** Whole days, rounded up. */
export const days = (duration: Duration): number => Math.ceil(seconds(duration) / DURATION_UNITS.d);

export function bytes(size: Size): number {
  const unit = /[A-Za-z]+$/.exec(size)?.[0] as SizeUnit;
  return Number.parseInt(size, 10) * SIZE_UNITS[unit];
}

/** Whole GiB, rounded up: the unit in which storage is bought. */
export const gibibytes = (size: Size): number => Math.ceil(bytes(size) / SIZE_UNITS.GiB);

/** A number of seconds as people say it: `2h 5m`. */
export function spoken(total: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(total));
  for (const unit of ["d", "h", "m", "s"] as const) {
    const count = Math.floor(rest / DURATION_UNITS[unit]);
    rest -= count * DURATION_UNITS[unit];
    if (count > 0 && parts.length < 2) parts.push(`${count}${unit}`);
  }
  return parts.join(" ") || "0s";
}

/** Every duration and size inside a value as plain numbers, for programs: seconds and bytes. */
export function inBaseUnits(value: unknown): unknown {
  if (isDuration(value)) return seconds(value);
  if (isSize(value)) return bytes(value);
  if (Array.isArray(value)) return value.map(inBaseUnits);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inBaseUnits(inner)]));
  return value;
}
