/** A phone number in E.164; national ones are German. Null when it cannot be one. */
export function canonicalPhone(text: string | null): string | null {
  const signs = (text ?? "").replace(/\(0\)/g, "").replace(/[^\d+]/g, "");
  const number = signs.startsWith("+")
    ? signs
    : signs.startsWith("00")
      ? `+${signs.slice(2)}`
      : signs.startsWith("0")
        ? `+49${signs.slice(1)}`
        : "";
  return /^\+[1-9][0-9]{5,14}$/.test(number) ? number : null;
}
