import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { writeCustomersFile } from "../generator/customers-file";
import { importShop } from "./import-shop";
import { MappingProblem } from "./mapping";
import { summaryOf } from "./report";

interface Arguments {
  readonly mapping?: string;
  readonly rejects: string;
  readonly customers?: string;
  readonly json?: string;
}

const program = new Command("import")
  .description(
    "Loads a shop's CSV exports into the data model of release 3.2.0 in the database DATABASE_URL names. See docs/import.md.",
  )
  .argument("<directory>", "folder with the files")
  .option("--mapping <file>", "which column means what; default: mapping.yaml in the folder")
  .option("--rejects <file>", "where rejected rows are written", "rejects.csv")
  .option("--customers <file>", "where to write who may log in, for the load")
  .option("--json <file>", "where to write the report")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

async function main(): Promise<void> {
  const options = program.parse().opts<Arguments>();
  // Not an argument: a connection string may hold a password, and arguments can be seen by everybody.
  const databaseUrl = process.env.DATABASE_URL;
  if (databaseUrl === undefined) return program.error("DATABASE_URL: set it to the database to fill");
  const report = await importShop({ ...options, databaseUrl, directory: program.args[0] as string });
  if (options.customers !== undefined) writeCustomersFile(options.customers, report);
  if (options.json !== undefined) {
    const written = { ...report, customers: report.customers.length };
    writeFileSync(options.json, `${JSON.stringify(written, null, 2)}\n`);
  }
  for (const line of summaryOf(report, options.rejects)) console.log(line);
}

main().catch((problem: unknown) => {
  process.stderr.write(`${problem instanceof Error ? problem.message : String(problem)}\n`);
  // A mapping that does not fit is a matter of usage; nothing was touched.
  process.exit(problem instanceof MappingProblem ? 2 : 1);
});
