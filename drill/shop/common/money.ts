/** An amount as the public API shows it: whole minor units, such as cents, with their currency. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** Minor units of a decimal number as text: "19.9" is 1990. Digits beyond the second are rounded half up. Exact: no floats. */
export function minorUnits(decimal: string | null): number {
  const match = /^\s*(-?)(\d*)(?:[.,](\d*))?\s*$/.exec(decimal ?? "0");
  if (!match || (match[2] === "" && !match[3])) {
    throw new RangeError(`not a decimal amount: "${decimal}"`);
  }
  const fraction = (match[3] ?? "").padEnd(3, "0");
  const value =
    Number(match[2] || "0") * 100 + Number(fraction.slice(0, 2)) + (Number(fraction[2]) >= 5 ? 1 : 0);
  return match[1] === "-" ? 0 - value : value;
}

/** The decimal number of minor units: 1990 is "19.90". */
export function decimal(minor: number): string {
  const digits = String(Math.abs(minor)).padStart(3, "0");
  return `${minor < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** What `percent` (such as "10" or "12.5") of an amount is, rounded half up, in minor units. */
export function percentOf(minor: number, percent: string): number {
  // Hundredths of a percent keep the product whole: amounts below 9e9 stay exact.
  return Math.floor((minor * minorUnits(percent) + 5_000) / 10_000);
}
