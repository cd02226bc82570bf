/**
 * Compares the stand-in with recorded answers of a real API server.
 *
 *     npx tsx drill/cloud/kubernetes/conformance.ts FOLDER [--show]
 *
 * FOLDER holds verdicts/*.json and behaviour.json. Prints the agreement by kind, for creation by POST and by server-side apply; with
 * --show every entry that differs; then which scenarios of controllers come out the same. Exit code 1 when a verdict or a reason differs.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { act, type Scenario } from "./conformance/behaviour";
import { type Agreement, type Entry, judge } from "./conformance/verdicts";

const ASPECTS = ["verdict", "causes", "warnings", "defaulted", "texts"] as const;

function main(folder: string | undefined, show: boolean): void {
  if (folder === undefined) {
    console.error("usage: conformance.ts FOLDER [--show]");
    process.exitCode = 2;
    return;
  }
  const directory = path.join(folder, "verdicts");
  const files = readdirSync(directory).filter((name) => name.endsWith(".json"));
  const lists = files
    .sort()
    .map((name) => [name, JSON.parse(readFileSync(path.join(directory, name), "utf8")) as Entry[]] as const);
  const all = new Map(lists.flatMap(([, entries]) => entries.map((entry) => [entry.name, entry])));
  console.log(["kind".padEnd(30), "entries", ...ASPECTS].join("  "));
  const sums = new Map<string, number>();
  for (const [name, entries] of lists) {
    for (const apply of [false, true]) {
      const results = entries.map((entry) => [entry, judge(entry, all, apply)] as const);
      if (show) for (const [entry, agreement] of results) explain(entry, agreement, apply);
      print(`${name.replace(".json", "")} (${apply ? "apply" : "post"})`, results, sums);
    }
  }
  const total = sums.get("entries") ?? 0;
  console.log(
    [
      "all".padEnd(30),
      String(total).padStart(7),
      ...ASPECTS.map((aspect) => percent(sums.get(aspect) ?? 0, total)),
    ].join("  "),
  );
  if ((sums.get("verdict") ?? 0) < total) process.exitCode = 1;
  behaviour(path.join(folder, "behaviour.json"), show);
}

function behaviour(file: string, show: boolean): void {
  const scenarios = JSON.parse(readFileSync(file, "utf8")) as Scenario[];
  const results = scenarios.map((scenario) => [scenario.name, act(scenario)] as const);
  const same = results.filter(([, differences]) => differences?.length === 0).length;
  console.log(`\nscenarios: ${same} of ${scenarios.length} the same`);
  for (const [name, differences] of results) {
    if (differences?.length === 0) continue;
    console.log(
      `  ${name}: ${differences === undefined ? "not acted out" : differences.map(({ step, what }) => `${step}: ${what}`).join("; ")}`,
    );
    if (show)
      for (const { expected, seen } of differences ?? [])
        console.log(`    expected ${JSON.stringify(expected)}\n    seen     ${JSON.stringify(seen)}`);
  }
}

function print(
  label: string,
  results: readonly (readonly [Entry, Agreement])[],
  sums: Map<string, number>,
): void {
  const counts = ASPECTS.map((aspect) => results.filter(([, agreement]) => agreement[aspect]).length);
  console.log(
    [
      label.padEnd(30),
      String(results.length).padStart(7),
      ...counts.map((count, index) => percent(count, results.length, ASPECTS[index])),
    ].join("  "),
  );
  sums.set("entries", (sums.get("entries") ?? 0) + results.length);
  for (const [index, aspect] of ASPECTS.entries())
    sums.set(aspect, (sums.get(aspect) ?? 0) + (counts[index] ?? 0));
}

function explain(entry: Entry, agreement: Agreement, apply: boolean): void {
  const wrong = ASPECTS.filter((aspect) => !agreement[aspect]);
  if (wrong.length === 0) return;
  console.log(`\n${entry.name} (${apply ? "apply" : "post"}) differs in ${wrong.join(", ")}`);
  const { object: _object, ...expected } = apply ? { ...entry, ...entry.applied } : entry;
  console.log(`  expected ${JSON.stringify(expected)}`);
  console.log(`  answered ${JSON.stringify(agreement.answered)}`);
}

function percent(count: number, total: number, aspect = "verdict"): string {
  return `${Math.floor((100 * count) / Math.max(1, total))}%`.padStart(aspect.length);
}

main(
  process.argv.slice(2).find((argument) => !argument.startsWith("--")),
  process.argv.includes("--show"),
);
