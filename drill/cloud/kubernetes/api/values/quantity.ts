/** Quantities of the API: `250m`, `1Gi`, `0.5`, `1e3`. Exact, in thousandths of thousandths (10^-9). */
export const QUANTITY_FORM =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const FORM = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;
const NANO = 1_000_000_000n;
const BINARY: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
};
const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

/** The value in units of 10^-9, rounded up; undefined when the text is no quantity. */
export function parseQuantity(value: string | number): bigint | undefined {
  const match = FORM.exec(String(value));
  if (match === null) return undefined;
  const [, sign, number = "0", suffix = ""] = match;
  const [whole = "0", fraction = ""] = number.split(".");
  const digits = BigInt(`${whole}${fraction}` || "0");
  const scale = BigInt(10) ** BigInt(fraction.length);
  let nano: bigint;
  const binary = BINARY[suffix];
  if (binary !== undefined) nano = up(digits * binary * NANO, scale);
  else {
    const power = DECIMAL[suffix] ?? (suffix === "" ? 0 : Number(suffix.slice(1)));
    if (Math.abs(power) > 60) return undefined;
    nano =
      power >= 0
        ? up(digits * NANO * 10n ** BigInt(power), scale)
        : up(digits * NANO, scale * 10n ** BigInt(-power));
  }
  return sign === "-" ? -nano : nano;
}

/** Like parseQuantity, for values the decoder has already let through. */
export function quantity(value: string | number): bigint {
  return parseQuantity(value) ?? 0n;
}

/** How the API writes a quantity back: the largest suffix of its own family that leaves a whole number. */
export function canonicalQuantity(value: string | number): string {
  const nano = parseQuantity(value);
  if (nano === undefined) return String(value);
  return formatQuantity(nano, /[KMGTPE]i$/.test(String(value)));
}

export function formatQuantity(nano: bigint, binary: boolean): string {
  if (nano === 0n) return "0";
  if (binary && nano % NANO === 0n) {
    const whole = nano / NANO;
    for (const suffix of ["Ei", "Pi", "Ti", "Gi", "Mi", "Ki"]) {
      const unit = BINARY[suffix] ?? 1n;
      if (whole % unit === 0n) return `${whole / unit}${suffix}`;
    }
    return String(whole);
  }
  const units: [string, bigint][] = [
    ["E", 10n ** 27n],
    ["P", 10n ** 24n],
    ["T", 10n ** 21n],
    ["G", 10n ** 18n],
    ["M", 10n ** 15n],
    ["k", 10n ** 12n],
    ["", NANO],
    ["m", 10n ** 6n],
    ["u", 1000n],
    ["n", 1n],
  ];
  for (const [suffix, unit] of units) if (nano % unit === 0n) return `${nano / unit}${suffix}`;
  return String(nano);
}

function up(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}
