import { createHmac, timingSafeEqual } from "node:crypto";

export type Role = "customer" | "staff";

export interface Session {
  /** Id of the customer as it was when the token was made; releases that merge customers follow their aliases. */
  readonly customer: number;
  readonly role: Role;
}

const DAY_SECONDS = 86_400;

/** A token that any release with the same secret accepts: `1.CUSTOMER.ROLE.EXPIRY.SIGNATURE`. Valid for a day. */
export function createToken(session: Session, secret: string, now = Date.now()): string {
  const payload = `1.${session.customer}.${session.role}.${Math.floor(now / 1000) + DAY_SECONDS}`;
  return `${payload}.${signature(payload, secret).toString("base64url")}`;
}

/** The session of a token, or undefined when it is forged, malformed or has expired. */
export function readToken(token: string, secret: string, now = Date.now()): Session | undefined {
  const match = /^(1\.(\d{1,15})\.(customer|staff)\.(\d{1,12}))\.([\w-]{43})$/.exec(token);
  if (!match) return undefined;
  const [, payload, customer, role, expiry, given] = match as unknown as [
    string,
    string,
    string,
    Role,
    string,
    string,
  ];
  if (!timingSafeEqual(signature(payload, secret), Buffer.from(given, "base64url"))) return undefined;
  if (Number(expiry) * 1000 <= now) return undefined;
  return { customer: Number(customer), role };
}

function signature(payload: string, secret: string): Buffer {
  return createHmac("sha256", secret).update(payload).digest();
}
