import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { ContentMeter } from "../backup/content";
import { CANONICAL_TEXT, copyOut, type Table } from "../backup/tables";
import { type Database, identifier } from "../frame/database";

/** Creates an empty database of this name on the server of `database`, in place of one an earlier run left. */
export async function createScratch(database: Database, name: string): Promise<string> {
  await database.withConnection(
    async (client) => {
      await client.query(`DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${identifier(name)} TEMPLATE template0 ENCODING 'UTF8'`);
    },
    { statementTimeout: 300_000 },
  );
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  return url.toString();
}

export async function dropScratch(database: Database, name: string): Promise<void> {
  await database.withConnection((client) =>
    client.query(`DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`),
  );
}

export interface Constraint {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/**
 * Takes foreign keys and triggers off, so that tables can be loaded in any order and rows stay as they were exported.
 * Returns the foreign keys, to be put back afterwards, when they prove that the rows fit together.
 */
export async function loosen(client: pg.ClientBase, schema: string): Promise<Constraint[]> {
  const { rows } = await client.query<Constraint & { target: string }>(
    `SELECT t.relname AS table, c.conname AS name, pg_get_constraintdef(c.oid) AS definition, f.relname AS target
       FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid
      WHERE c.contype = 'f' AND c.connamespace = $1::regnamespace AND c.conparentid = 0`,
    [schema],
  );
  for (const { table, name } of rows)
    await client.query(
      `ALTER TABLE ${identifier(schema)}.${identifier(table)} DROP CONSTRAINT ${identifier(name)}`,
    );
  const triggered = await client.query<{ table: string }>(
    `SELECT DISTINCT t.relname AS table FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
      WHERE NOT g.tgisinternal AND t.relnamespace = $1::regnamespace`,
    [schema],
  );
  for (const { table } of triggered.rows)
    await client.query(`ALTER TABLE ${identifier(schema)}.${identifier(table)} DISABLE TRIGGER USER`);
  return rows;
}

/** Puts foreign keys back where both tables were restored. Returns what does not hold. */
export async function tighten(
  client: pg.ClientBase,
  schema: string,
  constraints: readonly Constraint[],
  restored: ReadonlySet<string>,
): Promise<string[]> {
  const broken: string[] = [];
  for (const { table, name, definition } of constraints) {
    const target = /REFERENCES (?:[^\s.(]+\.)?"?([^\s("]+)/.exec(definition)?.[1] ?? "";
    if (!restored.has(table) || !restored.has(target)) continue;
    try {
      await client.query(
        `ALTER TABLE ${identifier(schema)}.${identifier(table)} ADD CONSTRAINT ${identifier(name)} ${definition}`,
      );
    } catch (problem) {
      broken.push(`${table}.${name}: ${(problem as Error).message}`);
    }
  }
  return broken;
}

/** Counts and hashes a table exactly as the export did. */
export async function measureTable(
  client: pg.ClientBase,
  table: Table,
): Promise<{ rows: number; content: string }> {
  await client.query(CANONICAL_TEXT);
  const meter = new ContentMeter();
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  await pipeline(client.query(copyTo(copyOut(table))), meter, nowhere);
  return { rows: meter.rows, content: meter.sha256() };
}
