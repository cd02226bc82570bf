import pg from "pg";
import { COLUMNS, TABLES, type Table } from "./columns";
import { CopyTable, type Value } from "./copy-table";
import { refuseUnlessEmpty } from "./empty-shop";
import { createIndexes, dropIndexes } from "./indexes";
import { setSequences } from "./sequences";

const SCHEMA = "shop_v3";

/** An empty old model that is being filled, a connection a table. */
export class Target {
  private readonly tables = new Map<Table, CopyTable>();
  private indexes: string[] = [];

  private constructor(
    private readonly control: pg.Client,
    private readonly clients: readonly pg.Client[],
  ) {}

  /** Connects, refuses a model that is missing or holds rows, and takes the secondary indexes away. */
  static async open(databaseUrl: string): Promise<Target> {
    const clients = [0, ...TABLES].map(() => new pg.Client({ connectionString: databaseUrl }));
    try {
      await Promise.all(clients.map((client) => client.connect()));
      const [control, ...rest] = clients as [pg.Client, ...pg.Client[]];
      await refuseUnlessEmpty(control);
      for (const client of clients) await client.query("SET synchronous_commit = off");
      const target = new Target(control, rest);
      target.indexes = await dropIndexes(control, SCHEMA);
      for (const [index, table] of TABLES.entries())
        target.tables.set(
          table,
          new CopyTable(rest[index] as pg.Client, `${SCHEMA}.${table}`, COLUMNS[table]),
        );
      return target;
    } catch (problem) {
      await Promise.allSettled(clients.map((client) => client.end()));
      throw problem;
    }
  }

  add(table: Table, row: readonly Value[]): void {
    this.table(table).add(row);
  }

  /** Rows added to a table so far. */
  rows(table: Table): number {
    return this.table(table).rows;
  }

  /** Resolves when every table can take more. */
  async room(): Promise<void> {
    for (const table of this.tables.values()) await table.room();
  }

  /** Ends the streams, brings indexes, sequences and planner statistics in order. */
  async finish(): Promise<void> {
    await Promise.all([...this.tables.values()].map((table) => table.end()));
    await this.restoreIndexes();
    await setSequences(this.control);
    await Promise.all(
      TABLES.map((table, index) => (this.clients[index] as pg.Client).query(`ANALYZE ${SCHEMA}.${table}`)),
    );
    await this.close();
  }

  /** Gives up: the rows of unfinished streams vanish, the indexes come back. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.clients.map((client) => client.end()));
    await createIndexes([this.control], this.indexes).catch(() => {});
    await this.control.end().catch(() => {});
  }

  private async restoreIndexes(): Promise<void> {
    // Two at a time: the machine this was measured on has two cores.
    await createIndexes(this.clients.slice(0, 2), this.indexes);
    this.indexes = [];
  }

  private async close(): Promise<void> {
    await Promise.all([this.control, ...this.clients].map((client) => client.end()));
  }

  private table(name: Table): CopyTable {
    return this.tables.get(name) as CopyTable;
  }
}
