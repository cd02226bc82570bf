/**
 * The value at a place of a JSON document: `lines[0].quantity`, `orders[*].number` for a list of all,
 * `days[date=2026-01-31].orders` for the entry where a field has a value, `length(orders)` for how many there are,
 * `$` for the document itself. Undefined when there is nothing.
 */
export function valueAt(document: unknown, place: string): unknown {
  const counted = /^length\((.*)\)$/.exec(place)?.[1];
  if (counted !== undefined) {
    const list = valueAt(document, counted);
    return Array.isArray(list) ? list.length : undefined;
  }
  return walk(document, place === "$" ? [] : (place.match(/[^.[\]]+|(?<=\[)[^\]]+/g) ?? []));
}

function walk(value: unknown, [part, ...rest]: readonly string[]): unknown {
  if (part === undefined) return value;
  if (part === "*") return Array.isArray(value) ? value.map((one) => walk(one, rest)) : undefined;
  const wanted = /^([^=]+)=(.*)$/.exec(part);
  if (wanted !== null && Array.isArray(value)) {
    const [, field = "", text = ""] = wanted;
    return walk(
      value.find((one) => String(walk(one, [field])) === text),
      rest,
    );
  }
  if (typeof value !== "object" || value === null) return undefined;
  return walk((value as Record<string, unknown>)[part], rest);
}

/** Whether two JSON values say the same. Numbers that PostgreSQL gives as text are numbers. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "string" && b.trim() !== "") return a === Number(b);
  if (typeof a === "string" && typeof b === "number") return sameValue(b, a);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => sameValue(one, b[index]));
  if (typeof a === "object" && a !== null && typeof b === "object" && b !== null) {
    const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].every((key) => sameValue(left[key], right[key]));
  }
  return a === b;
}
