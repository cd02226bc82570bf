export interface Address {
  readonly street: string;
  readonly postalCode: string | null;
  readonly city: string | null;
}

/** The parts of "Street 1, 12345 City"; a text of another shape is a street as a whole. Null for an empty text. */
export function parseAddress(text: string | null): Address | null {
  const trimmed = (text ?? "").trim();
  if (trimmed === "") return null;
  const match = /^(.+), (\d{5}) (.+)$/.exec(trimmed);
  if (!match) return { street: trimmed, postalCode: null, city: null };
  return { street: match[1] ?? "", postalCode: match[2] ?? null, city: match[3] ?? null };
}
