import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { PHASES } from "../../../infra/phases";
import { positionOf, type Registered, ROOT, runMocked } from "../../infra/mocked";
import { RULES } from "./judge";
import type { Mutant } from "./mutate";
import { allMutants, judgeAll, soundVerdicts, summarise } from "./proof";

/** Share of the mutants which the catalogue covers that the packs have to catch. */
const WANTED = 0.95;

/** `npm run mutants [-- --json FILE]`: breaks one safe setting of the production stack at a time and asks the packs. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: "string" } } });
  const phases = new Map<string, readonly Registered[]>();
  for (const phase of PHASES) {
    const { configuration, evidence } = positionOf("production", phase, {}, true);
    phases.set(phase, (await runMocked(loadAnew, "production", configuration, evidence)).resources);
  }
  for (const line of soundVerdicts(phases)) console.log(`sound stack: ${line}`);
  const summary = summarise(judgeAll(phases, allMutants(phases)));
  const { mutants, covered, caught, share, survivors, uncovered, byRule } = summary;
  const resources = new Set([...phases.values()].flat().map(({ type, name }) => `${type} ${name}`)).size;
  console.log(`${mutants} mutants of ${resources} resources; the catalogue covers ${covered}`);
  console.log(`caught: ${caught} of ${covered} (${(share * 100).toFixed(1)} %), wanted ${WANTED * 100} %`);
  list("Survivors, which a rule should have caught", survivors, () => "");
  list("Survivors no rule speaks about", uncovered, (one) => one.uncovered ?? "");
  const idle = RULES.map(({ name }) => name).filter((name) => byRule[name] === undefined);
  console.log(
    `\nRules no mutant met (the stack has nothing they speak about, or an earlier rule caught it):\n  ${idle.join(", ")}`,
  );
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ version: 1, ...summary, survivors: survivors.map(told), uncovered: uncovered.map(told) }, null, 2)}\n`,
    );
  return share >= WANTED ? 0 : 1;
}

/** The program without what an earlier run of it left behind. */
async function loadAnew(): Promise<Record<string, unknown>> {
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(`${ROOT}/infra/`) || file.startsWith(`${ROOT}/components/`))
      delete require.cache[file];
  }
  return require("../../../infra/index") as Record<string, unknown>;
}

const told = ({ phase, subject, what, uncovered }: Mutant) => ({
  phase,
  type: subject.type,
  name: subject.name,
  what,
  ...(uncovered === undefined ? {} : { why: uncovered }),
});

/** One line for each kind of mutant, with one of its resources. */
function list(title: string, mutants: readonly Mutant[], why: (one: Mutant) => string): void {
  if (mutants.length === 0) return;
  const kinds = new Map<string, Mutant[]>();
  for (const one of mutants) {
    const kind = `${one.subject.type} ${one.what}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  console.log(`\n${title}:`);
  for (const [kind, [first, ...others]] of kinds) {
    if (first === undefined) continue;
    const more = others.length > 0 ? ` and ${others.length} more` : "";
    console.log(
      `  ${kind} (${first.subject.name}${more}, ${first.phase})${why(first) ? `: ${why(first)}` : ""}`,
    );
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (problem: unknown) => {
    console.error(problem instanceof Error ? problem.message : problem);
    process.exitCode = 1;
  },
);
