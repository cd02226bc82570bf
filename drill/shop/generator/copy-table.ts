import { once } from "node:events";
import type pg from "pg";
import { type CopyStreamQuery, from } from "pg-copy-streams";

export type Value = string | number | null;

/** Bytes gathered before they are sent. */
const CHUNK = 128 * 1024;

/** Streams rows into one table with COPY, over a connection of its own; memory stays at one chunk. */
export class CopyTable {
  rows = 0;
  private text = "";
  private readonly stream: CopyStreamQuery;
  private readonly failed: Promise<never>;

  constructor(
    client: pg.Client,
    readonly table: string,
    columns: readonly string[],
  ) {
    this.stream = client.query(from(`COPY ${table} (${columns.join(", ")}) FROM STDIN`));
    this.failed = new Promise((_, fail) => this.stream.once("error", fail));
    this.failed.catch(() => {});
  }

  add(values: readonly Value[]): void {
    this.rows++;
    let line = "";
    for (let index = 0; index < values.length; index++) {
      if (index > 0) line += "\t";
      line += field(values[index] ?? null);
    }
    this.text += `${line}\n`;
    if (this.text.length >= CHUNK) this.send();
  }

  /** Resolves when the server has taken enough for more to be added. */
  async room(): Promise<void> {
    if (this.stream.writableNeedDrain) await Promise.race([once(this.stream, "drain"), this.failed]);
  }

  async end(): Promise<void> {
    this.send();
    const finished = once(this.stream, "finish");
    this.stream.end();
    await Promise.race([finished, this.failed]);
  }

  private send(): void {
    if (this.text === "") return;
    this.stream.write(this.text);
    this.text = "";
  }
}

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function field(value: Value): string {
  if (value === null) return "\\N";
  if (typeof value === "number") return String(value);
  return SPECIAL.test(value) ? value.replace(/[\\\n\r\t]/g, (sign) => ESCAPES[sign] ?? sign) : value;
}
