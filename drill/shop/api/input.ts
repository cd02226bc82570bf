import { HttpProblem, unauthorised } from "../common/http-problem";
import type { Call } from "../common/routes";
import type { Session } from "../common/session";

/** Reads the fields of a JSON body and remembers everything wrong with them; `check` throws one 400 with all problems. */
export class Input {
  private readonly problems: { field: string; rule: string }[] = [];
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
    if (!isObject) this.reject("body", "must be a JSON object");
    this.fields = isObject ? (body as Record<string, unknown>) : {};
  }

  reject(field: string, rule: string): void {
    this.problems.push({ field, rule });
  }

  text(field: string, most: number, pattern?: { readonly is: RegExp; readonly rule: string }): string {
    const value = this.fields[field];
    if (typeof value !== "string" || value.trim() === "" || value.length > most) {
      this.reject(field, `must be a text of 1 to ${most} characters`);
      return "";
    }
    if (/[^\P{Cc}\t\n\r]|\p{Cs}/u.test(value)) {
      this.reject(field, "must not hold control characters");
    }
    if (pattern && !pattern.is.test(value)) this.reject(field, pattern.rule);
    return value;
  }

  optionalText(field: string, most: number): string | null {
    const value = this.fields[field];
    return value === undefined || value === null || value === "" ? null : this.text(field, most);
  }

  whole(field: string, least: number, most: number): number {
    const value = this.fields[field];
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
      this.reject(field, `must be a whole number from ${least} to ${most}`);
      return least;
    }
    return value;
  }

  list(field: string, most: number): readonly unknown[] {
    const value = this.fields[field];
    if (!Array.isArray(value) || value.length === 0 || value.length > most) {
      this.reject(field, `must be a list of 1 to ${most}`);
      return [];
    }
    return value;
  }

  check(): void {
    if (this.problems.length > 0) throw new HttpProblem(400, "invalid", { problems: this.problems });
  }
}

/** The caller's session; 401 without one. */
export function required(call: Call): Session {
  if (!call.session) throw unauthorised();
  return call.session;
}

/** The `Idempotency-Key`, made unique across customers; 400 when it is missing or malformed. */
export function idempotencyKey(call: Call, session: Session): string {
  const key = call.headers["idempotency-key"];
  if (typeof key !== "string" || !/^[\x21-\x7e]{1,100}$/.test(key)) {
    throw new HttpProblem(400, "idempotency-key-missing", {
      rule: "send a header Idempotency-Key of 1 to 100 printable characters",
    });
  }
  return `${session.customer}:${key}`;
}

/** A whole number from the query; the default when it is missing, the nearest allowed when it is out of range. */
export function queryNumber(
  call: Call,
  name: string,
  otherwise: number,
  least: number,
  most: number,
): number {
  const value = Number(call.query.get(name) ?? otherwise);
  return Number.isInteger(value) ? Math.min(most, Math.max(least, value)) : otherwise;
}
