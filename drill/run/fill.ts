import path from "node:path";
import { writeCustomersFile } from "../shop/generator/customers-file";
import { fillFor, generateFor } from "../shop/generator/later-release";
import { importShop } from "../shop/importer/import-shop";
import { summaryOf } from "../shop/importer/report";
import type { DrillOptions } from "./options";
import { customersFile } from "./traffic";
import type { Workspace } from "./workspace";

/** A shop's history as it was put into the database. `report` says in detail what was made. */
export interface Filled {
  readonly orders: number;
  readonly report: object;
}

/** Fills the data model of the release in use with a generated shop, or with the exports of a real one. */
export async function fill(
  workspace: Workspace,
  options: DrillOptions,
  databaseUrl: string,
  print: (line: string) => void,
): Promise<Filled> {
  const releases = path.join(workspace.root, "releases");
  if (options.import === undefined) {
    const { from, orders, seed } = options;
    const made = await generateFor(from, releases, { databaseUrl, orders, seed });
    writeCustomersFile(customersFile(workspace), made);
    const { customers: _customers, promotions: _promotions, ...report } = made;
    return { orders: report.orders, report };
  }
  const directory = options.import;
  const rejects = workspace.file("rejects.csv");
  const read = await fillFor(options.from, releases, databaseUrl, (url) =>
    importShop({ databaseUrl: url, directory, rejects }),
  );
  writeCustomersFile(customersFile(workspace), read);
  for (const line of summaryOf(read, rejects)) print(`  ${line}`);
  const { customers: _customers, promotions: _promotions, ...report } = read;
  return { orders: read.tables.orders, report };
}
