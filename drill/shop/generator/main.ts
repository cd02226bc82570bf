import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { writeCustomersFile } from "./customers-file";
import { DIRT, type DirtKind } from "./dirt";
import { DEFAULT_UNTIL, type GenerateReport, generate } from "./generate";

interface Arguments {
  readonly orders: number;
  readonly seed: number;
  readonly until: string;
  readonly customers?: string;
  readonly json?: string;
}

const program = new Command("generate")
  .description(
    "Fills the data model of release 3.2.0 in the database DATABASE_URL names with a shop's history.",
  )
  .option("--orders <number>", "how many orders", whole, 100_000)
  .option("--seed <number>", "the same seed gives the same rows", whole, 1)
  .option("--until <day>", "first day without orders", DEFAULT_UNTIL)
  .option("--customers <file>", "where to write who may log in, for the load")
  .option("--json <file>", "where to write the report")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

async function main(): Promise<void> {
  const options = program.parse().opts<Arguments>();
  // Not an argument: a connection string may hold a password, and arguments can be seen by everybody.
  const databaseUrl = process.env.DATABASE_URL;
  if (databaseUrl === undefined) return program.error("DATABASE_URL: set it to the database to fill");
  const report = await generate({ ...options, databaseUrl, onProgress: print });
  if (options.customers !== undefined) writeCustomersFile(options.customers, report);
  const { customers, ...figures } = report;
  const written = { ...figures, customers: customers.length };
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(written, null, 2)}\n`);
  summarise(report);
}

function print({ done, total, rate }: { done: number; total: number; rate: number }): void {
  process.stdout.write(`${done} of ${total} orders, ${rate}/s\n`);
}

function summarise({ rows, dirt, seconds, rate }: GenerateReport): void {
  for (const [table, count] of Object.entries(rows)) console.log(`${String(count).padStart(10)}  ${table}`);
  console.log("dirt:");
  for (const kind of Object.keys(dirt) as DirtKind[])
    if (dirt[kind] > 0)
      console.log(`${String(dirt[kind]).padStart(10)}  ${DIRT[kind].table}: ${DIRT[kind].what}`);
  console.log(`${seconds.toFixed(1)} s, ${rate} orders/s`);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("expected a whole number");
  return value;
}

main().catch((problem: unknown) => {
  process.stderr.write(`${problem instanceof Error ? problem.message : String(problem)}\n`);
  process.exit(1);
});
