import { ORDER_STATUSES } from "../api/order";
import { SHIPMENT_STATUSES } from "../api/shipment";
import { timestamp } from "../generator/calendar";
import type { DateReader } from "./dates";

/** What a field holds. */
export type Kind = "text" | "whole" | "decimal" | "time" | "status" | "stage";

/** How values of a file are written. */
export interface Notation {
  readonly decimal: "." | ",";
  readonly dates: readonly { readonly format: string; readonly read: DateReader }[];
}

/** A value that cannot be read, with the reason. */
export class BadValue extends Error {}

/** The value as the database takes it, in text. Throws BadValue. */
export function readValue(kind: Kind, text: string, notation: Notation): string {
  switch (kind) {
    case "text":
      return text;
    case "whole":
      return readWhole(text, notation);
    case "decimal":
      return readDecimal(text, notation.decimal);
    case "time":
      return readTime(text, notation);
    case "stage":
      if ((SHIPMENT_STATUSES as readonly string[]).includes(text)) return text;
      throw new BadValue(`is no stage of a shipment; map it to one of ${SHIPMENT_STATUSES.join(", ")}`);
    case "status":
      if ((ORDER_STATUSES as readonly string[]).includes(text)) return text;
      throw new BadValue(`is no status; map it to one of ${ORDER_STATUSES.join(", ")}`);
  }
}

/** A decimal number with "." before the fraction: "1.234,50 €" is "1234.50" where the comma is the decimal sign. */
export function readDecimal(text: string, decimal: "." | ","): string {
  if (!/\d/.test(text)) throw new BadValue("is no number");
  const bare = text.replace(/[€$£]|EUR|\s/g, "");
  const parts = (decimal === "," ? COMMA : POINT).exec(bare);
  if (parts === null) throw new BadValue(`is no number with "${decimal}" before the fraction`);
  const [, sign = "", whole = "", fraction] = parts;
  const digits = whole.replace(/[.,']/g, "");
  return `${sign === "-" ? "-" : ""}${digits || "0"}${fraction ? `.${fraction}` : ""}`;
}

// Signs between thousands must really stand between thousands, else 1,5 would read as 15 where the point is the decimal sign.
const POINT = /^([+-]?)(\d{1,3}(?:[,']\d{3})+|\d*)(?:\.(\d*))?$/;
const COMMA = /^([+-]?)(\d{1,3}(?:[.']\d{3})+|\d*)(?:,(\d*))?$/;

function readWhole(text: string, { decimal }: Notation): string {
  const number = readDecimal(text, decimal);
  const whole = /^(-?\d+)(?:\.0*)?$/.exec(number)?.[1];
  if (whole === undefined) throw new BadValue("is no whole number");
  if (Math.abs(Number(whole)) > 2_147_483_647) throw new BadValue("is too large");
  return String(Number(whole));
}

function readTime(text: string, { dates }: Notation): string {
  for (const { read } of dates) {
    const time = read(text);
    if (time !== undefined) return timestamp(time);
  }
  throw new BadValue(`is no time written as ${dates.map(({ format }) => format).join(" or ")}`);
}
