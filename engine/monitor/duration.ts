const UNITS: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/**
 * Seconds in a duration such as `5m`, `1h30m` or `90s`.
 * @throws Error when the text is no duration
 */
export function parseDuration(text: string): number {
  const fail = (): never => {
    throw new Error(`unable to parse customTimeout Value ${text}`);
  };
  if (!/^[+-]?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return fail();
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g))
    seconds += Number(amount) * (UNITS[unit ?? ""] ?? fail());
  return text.startsWith("-") ? -seconds : seconds;
}
