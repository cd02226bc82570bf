import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/**
 * Passwords are hashed with scrypt at a small cost (about 2 ms), because a drill logs thousands of customers in on two
 * cores. A real shop takes N = 2^17; the cost is part of the hash, so it can be raised without a migration.
 */
const COST = { N: 1024, r: 8, p: 1 };
const LENGTH = 32;

/** Password of every generated customer and staff member. */
export const DRILL_PASSWORD = "correct-horse-battery";

/** The one hash of DRILL_PASSWORD that all generated customers share, so that a generator need not hash. */
export const DRILL_PASSWORD_HASH =
  "scrypt$1024$8$1$ZHJpbGwtc2FsdC0wMDAwMQ$7BYvxlzFEj7JtKp99vePicXfHh7qP_14gKBLY5yHPtg";

/** `scrypt$N$r$p$SALT$HASH`, salt and hash in base64url. */
export async function hashPassword(password: string, salt = randomBytes(16)): Promise<string> {
  const hash = await derive(password, salt, COST);
  return `scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/** Whether the password belongs to the hash. A malformed or missing hash belongs to no password. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [scheme, n, r, p, salt, hash] = (stored ?? "").split("$");
  if (scheme !== "scrypt" || salt === undefined || hash === undefined) return false;
  const cost = { N: Number(n), r: Number(r), p: Number(p) };
  if (!Object.values(cost).every((value) => Number.isInteger(value) && value > 0)) return false;
  const expected = Buffer.from(hash, "base64url");
  const actual = await derive(password, Buffer.from(salt, "base64url"), cost);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((done, fail) => {
    scrypt(
      password.normalize("NFKC"),
      salt,
      LENGTH,
      { ...cost, maxmem: 256 * 1024 * 1024 },
      (problem, key) => (problem ? fail(problem) : done(key)),
    );
  });
}
