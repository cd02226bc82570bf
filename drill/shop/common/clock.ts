const clocks = new Map<string, Intl.DateTimeFormat>();

/** Writes "2025-03-01 14:03:22" in a zone. Making a format costs far more than using it, so each zone has one. */
export function clockIn(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat("sv", { timeZone, dateStyle: "short", timeStyle: "medium" });
    clocks.set(timeZone, clock);
  }
  return clock;
}
