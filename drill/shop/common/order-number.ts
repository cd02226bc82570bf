import { randomBytes } from "node:crypto";

// 32 signs without those that look alike (I, L, O, U), as in Crockford's base 32.
const SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A new order number such as `S-7K3M9Q2XB0`. Random, so both releases can make them and nobody can guess one. */
export function newOrderNumber(): string {
  return `S-${[...randomBytes(10)].map((byte) => SIGNS[byte & 31]).join("")}`;
}
