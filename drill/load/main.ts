import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { readCustomersFile } from "./customers-file";
import { startLoad } from "./load";

interface Arguments {
  readonly address: string;
  readonly rate: number;
  readonly seed: number;
  readonly ledger: string;
  readonly customers: string;
  readonly control?: true;
}

const program = new Command("load")
  .description(
    "Customers of the shop, at a set rate, until SIGTERM or SIGINT. The last line printed is the summary.",
  )
  .requiredOption("--address <url>", "public address of the shop", address)
  .option("--rate <number>", "requests a second", positive, 100)
  .option("--seed <number>", "seed of arrivals and choices", whole, 1)
  .requiredOption("--ledger <file>", "where everything acknowledged is written; an existing one is continued")
  .requiredOption("--customers <file>", "who may log in, as written by the generator")
  .option("--control", "print a line of JSON each second")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

async function main(): Promise<void> {
  const options = program.parse().opts<Arguments>();
  if (!existsSync(options.customers))
    program.error(`--customers: there is no file ${options.customers}`, { exitCode: 2 });
  mkdirSync(path.dirname(path.resolve(options.ledger)), { recursive: true });
  const load = await startLoad({
    ...options,
    people: readCustomersFile(options.customers),
    ...(options.control === true ? { onProgress: print } : {}),
  });
  let ending = false;
  const end = async (): Promise<void> => {
    // Whoever is impatient must not cut off what customers have under way.
    if (ending) return;
    ending = true;
    print({ summary: await load.stop() });
    process.exit(0);
  };
  process.on("SIGTERM", () => void end());
  process.on("SIGINT", () => void end());
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function address(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:")
    throw new InvalidArgumentError("expected an address such as http://127.0.0.1:8080");
  return url.origin;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 10_000))
    throw new InvalidArgumentError("expected a number above 0, at most 10000");
  return value;
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
