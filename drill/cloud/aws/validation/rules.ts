import { isList, isValues, type Value } from "../../provider/values";

/** Judges one known value: the reason why AWS would refuse it, or undefined. Secrets arrive plain; do not quote long values. */
export type Rule = (value: Value) => string | undefined;

const shown = (value: Value): string => {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

export function oneOf(...allowed: readonly (string | number)[]): Rule {
  return (value) =>
    allowed.some((one) => String(one) === String(value))
      ? undefined
      : `expected one of ${allowed.join(", ")}, got ${shown(value)}`;
}

export function range(minimum: number, maximum: number): Rule {
  return (value) => {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number !== "number" || Number.isNaN(number)) return `expected a number, got ${shown(value)}`;
    return number >= minimum && number <= maximum
      ? undefined
      : `expected a number from ${minimum} to ${maximum}, got ${shown(value)}`;
  };
}

/** Length of a text, or number of items of a list. */
export function size(minimum: number, maximum: number): Rule {
  return (value) => {
    if (typeof value !== "string" && !isList(value)) return `expected a text or a list, got ${shown(value)}`;
    const unit = typeof value === "string" ? "characters" : "items";
    return value.length >= minimum && value.length <= maximum
      ? undefined
      : `expected ${minimum} to ${maximum} ${unit}, got ${value.length}`;
  };
}

export function matches(pattern: RegExp, meaning: string): Rule {
  return (value) =>
    typeof value === "string" && pattern.test(value) ? undefined : `expected ${meaning}, got ${shown(value)}`;
}

/** An ARN; with a service, one of that service; with a resource, one whose resource part matches. */
export function arn(service?: string, resource?: RegExp): Rule {
  return (value) => {
    const parts =
      typeof value === "string"
        ? /^arn:aws[\w-]*:([a-z0-9-]+):([a-z0-9-]*):(\d{12}|aws)?:(.+)$/.exec(value)
        : null;
    if (parts === null)
      return `expected an ARN (arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE), got ${shown(value)}`;
    if (service !== undefined && parts[1] !== service)
      return `expected an ARN of ${service}, got one of ${parts[1]}`;
    if (resource !== undefined && !resource.test(parts[4] ?? ""))
      return `the resource part ${shown(parts[4] ?? "")} is not of the kind wanted here`;
    return undefined;
  };
}

export const json: Rule = (value) => {
  if (typeof value !== "string") return `expected JSON text, got ${shown(value)}`;
  try {
    JSON.parse(value);
    return undefined;
  } catch (problem) {
    return `is not valid JSON: ${(problem as Error).message}`;
  }
};

export const cidr: Rule = (value) => {
  const parts = typeof value === "string" ? /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(value) : null;
  const fine =
    parts !== null &&
    Number(parts[2]) <= 32 &&
    (parts[1] ?? "").split(".").every((octet) => Number(octet) <= 255);
  return fine ? undefined : `expected an IPv4 range such as 10.0.0.0/16, got ${shown(value)}`;
};

export const emailAddress: Rule = matches(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "an e-mail address");

export const tags: Rule = (value) => {
  if (!isValues(value)) return `expected an object, got ${shown(value)}`;
  const entries = Object.entries(value);
  if (entries.length > 50) return `has ${entries.length} tags; AWS allows 50`;
  for (const [key, text] of entries) {
    if (key.length > 128 || key === "" || /^aws:/i.test(key)) return `tag key ${shown(key)} is not allowed`;
    if (typeof text === "string" && text.length > 256)
      return `the value of tag ${shown(key)} is longer than 256 characters`;
  }
  return undefined;
};
