import pg from "pg";
import { CopyTable } from "../generator/copy-table";
import { fieldsOf, TARGET_NAMES, type TargetName } from "./fields";
import type { Kind } from "./values";

export const STAGING = "shop_import";

const TYPES: Readonly<Record<Kind, string>> = {
  text: "text",
  status: "text",
  stage: "text",
  whole: "integer",
  decimal: "numeric",
  time: "timestamp",
};

/** Where a staged row came from: indexes of file and target in the mapping, line, and the order of all rows. */
const ORIGIN = { file: "smallint", target: "smallint", line: "bigint", seq: "bigint" } as const;

/** Rows as read, a table a target, in a schema of their own that is dropped at the end. */
export class Staging {
  private readonly tables = new Map<TargetName, CopyTable>();
  private readonly clients: pg.Client[] = [];
  private sequence = 0;

  private constructor(private readonly databaseUrl: string) {}

  static async create(control: pg.Client, databaseUrl: string): Promise<Staging> {
    await dropStaging(control);
    await control.query(`CREATE SCHEMA ${STAGING}`);
    for (const name of TARGET_NAMES) {
      const columns = [
        ...Object.entries(fieldsOf(name)).map(([field, { kind }]) => `"${field}" ${TYPES[kind]}`),
      ];
      for (const [column, type] of Object.entries(ORIGIN)) columns.push(`${column} ${type}`);
      // Unlogged: after a crash the import begins anew.
      await control.query(`CREATE UNLOGGED TABLE ${STAGING}.${name} (${columns.join(", ")})`);
    }
    const staging = new Staging(databaseUrl);
    try {
      for (const name of TARGET_NAMES) await staging.open(name);
    } catch (problem) {
      await staging.abandon();
      throw problem;
    }
    return staging;
  }

  add(
    into: TargetName,
    values: readonly (string | null)[],
    origin: { file: number; target: number; line: number },
  ): void {
    this.tables.get(into)?.add([...values, origin.file, origin.target, origin.line, ++this.sequence]);
  }

  /** Resolves when every table can take more. */
  async room(): Promise<void> {
    for (const table of this.tables.values()) await table.room();
  }

  async end(): Promise<void> {
    await Promise.all([...this.tables.values()].map((table) => table.end()));
    await this.abandon();
  }

  /** Closes the connections; unfinished streams leave nothing behind. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.clients.map((client) => client.end()));
  }

  private async open(name: TargetName): Promise<void> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    this.clients.push(client);
    const columns = [...Object.keys(fieldsOf(name)).map((field) => `"${field}"`), ...Object.keys(ORIGIN)];
    this.tables.set(name, new CopyTable(client, `${STAGING}.${name}`, columns));
  }
}

export async function dropStaging(control: pg.Client): Promise<void> {
  await control.query(`DROP SCHEMA IF EXISTS ${STAGING} CASCADE`);
}
