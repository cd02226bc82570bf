import type { PropertyMap, Value } from "../values/value";
import { isObject, isSecret, isUnknown, withoutSecrets } from "../values/value";

/** Symbols and words of the operations, in the order the summary lists them. */
export const OPERATIONS: { op: string; symbol: string; planned: string; done: string }[] = [
  { op: "create", symbol: "+", planned: "to create", done: "created" },
  { op: "import", symbol: "=", planned: "to import", done: "imported" },
  { op: "update", symbol: "~", planned: "to update", done: "updated" },
  { op: "delete", symbol: "-", planned: "to delete", done: "deleted" },
  { op: "replace", symbol: "+-", planned: "to replace", done: "replaced" },
  { op: "create-replacement", symbol: "++", planned: "to create replacement", done: "created replacement" },
  { op: "delete-replaced", symbol: "--", planned: "to delete original", done: "deleted original" },
  { op: "read", symbol: ">", planned: "to read", done: "read" },
  { op: "read-replacement", symbol: ">~", planned: "to read replacement", done: "read replacement" },
  { op: "refresh", symbol: "~", planned: "to refresh", done: "refreshed" },
  { op: "discard", symbol: "<", planned: "to discard", done: "discarded" },
  { op: "discard-replaced", symbol: "<", planned: "to discard original", done: "discarded original" },
  { op: "import-replacement", symbol: "=>", planned: "to import replacement", done: "imported replacement" },
];
export const symbolOf = (op: string): string => OPERATIONS.find((each) => each.op === op)?.symbol ?? " ";

/** Looking something up, and no longer doing so, is no change. */
const NOT_COUNTED = new Set(["read", "read-replacement", "discard", "discard-replaced"]);

/** The lines of the "Resources:" block. */
export function summaryLines(changes: Record<string, number>, preview: boolean, errored: number): string[] {
  const lines: string[] = [];
  let changed = 0;
  let kinds = 0;
  for (const { op, symbol, planned, done } of OPERATIONS) {
    const count = changes[op] ?? 0;
    if (count === 0 || NOT_COUNTED.has(op)) continue;
    kinds++;
    changed += count;
    lines.push(`${symbol}${symbol.length > 1 ? "" : " "}${count} ${preview ? planned : done}`);
  }
  const same = changes.same ?? 0;
  const tail: string[] = [];
  if (kinds > 1) tail.push(`${changed} change${changed === 1 ? "" : "s"}`);
  if (same > 0) tail.push(`${same} unchanged`);
  if (tail.length > 0) lines.push(tail.join(". "));
  if (errored > 0) lines.push(`${errored} errored`);
  return lines;
}

/** A value as people read it; secrets as [secret] unless they are shown. */
export function renderValue(value: Value, showSecrets: boolean, indent: string): string {
  if (isSecret(value)) return showSecrets ? renderValue(value.value ?? null, true, indent) : "[secret]";
  if (isUnknown(value)) return "[unknown]";
  if (value === null) return "<null>";
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const items = value.map(
      (item, i) => `${indent}    [${i}]: ${renderValue(item, showSecrets, `${indent}    `)}`,
    );
    return `[\n${items.join("\n")}\n${indent}]`;
  }
  if (isObject(value)) {
    const keys = Object.keys(value).sort();
    if (keys.length === 0) return "{}";
    const width = Math.max(...keys.map((key) => key.length));
    const lines = keys.map(
      (key) =>
        `${indent}    ${key.padEnd(width)}: ${renderValue(value[key] as Value, showSecrets, `${indent}    `)}`,
    );
    return `{\n${lines.join("\n")}\n${indent}}`;
  }
  return String(value);
}

/** The "Outputs:" block: what is new, changed or gone is marked. */
export function outputLines(
  old: PropertyMap,
  now: PropertyMap,
  showSecrets: boolean,
  showSames: boolean,
): string[] {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  const width = Math.max(0, ...keys.map((key) => key.length));
  const lines: string[] = [];
  for (const key of keys) {
    const [before, after] = [old[key], now[key]];
    const label = key.padEnd(width);
    const render = (value: Value): string => renderValue(value, showSecrets, "    ");
    if (after === undefined) lines.push(`  - ${label}: ${render(before as Value)}`);
    else if (before === undefined) lines.push(`  + ${label}: ${render(after)}`);
    else if (JSON.stringify(withoutSecrets(before)) !== JSON.stringify(withoutSecrets(after)))
      lines.push(`  ~ ${label}: ${render(before)} => ${render(after)}`);
    else if (showSames) lines.push(`    ${label}: ${render(after)}`);
  }
  return lines;
}
