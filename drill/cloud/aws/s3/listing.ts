/** One page of a listing: keys after a marker with a prefix, grouped by a delimiter. `keys` come in their final order. */
export function listing(wanted: {
  readonly keys: readonly string[];
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
  readonly maximum: number;
}): { readonly keys: string[]; readonly prefixes: string[]; readonly next: string | undefined } {
  const { prefix, delimiter, after, maximum } = wanted;
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last = after;
  for (const key of wanted.keys) {
    if (!key.startsWith(prefix) || Buffer.compare(Buffer.from(key), Buffer.from(after)) <= 0) continue;
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const group = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    // A page that ended in a group must not show it again.
    if (group !== undefined && (prefixes.at(-1) === group || (after.startsWith(group) && after !== ""))) {
      if (prefixes.at(-1) === group) last = key;
      continue;
    }
    if (keys.length + prefixes.length >= maximum) return { keys, prefixes, next: last };
    if (group === undefined) keys.push(key);
    else prefixes.push(group);
    last = key;
  }
  return { keys, prefixes, next: undefined };
}
