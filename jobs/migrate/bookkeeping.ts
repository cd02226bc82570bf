import type pg from "pg";
import type { Model } from "./declarations/model";
import { lockBuckets } from "./sql/buckets";
import { BOOK, forwardFunction, identifier, literal, qualified } from "./sql/names";

/** The states of a migration, in their order. */
export type State = "expanding" | "loading" | "finishing" | "comparing" | "synchronised" | "contracting";

const TABLES = `
CREATE SCHEMA IF NOT EXISTS ${BOOK};
CREATE TABLE IF NOT EXISTS ${BOOK}.migration (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  from_release text NOT NULL, to_release text NOT NULL, from_schema text NOT NULL, to_schema text NOT NULL,
  state text NOT NULL, fingerprint text NOT NULL, mapping text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(), changed_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS ${BOOK}.load (
  source text PRIMARY KEY, number integer NOT NULL, data_set text NOT NULL,
  lowest text, highest text, recent_from text, rows bigint NOT NULL,
  segment text NOT NULL DEFAULT 'recent', next text, done boolean NOT NULL DEFAULT false,
  started_at timestamptz, finished_at timestamptz);
CREATE TABLE IF NOT EXISTS ${BOOK}.chunk (
  source text NOT NULL, first text NOT NULL, beyond text, state text NOT NULL,
  claims integer NOT NULL DEFAULT 1, rows integer, aside integer, written jsonb, fixed jsonb, seconds float8,
  finished_at timestamptz, PRIMARY KEY (source, first));
CREATE INDEX IF NOT EXISTS chunk_claimed ON ${BOOK}.chunk (source) WHERE state = 'claimed';
CREATE TABLE IF NOT EXISTS ${BOOK}.quarantine (
  source text NOT NULL, key text NOT NULL, direction text NOT NULL, rule text NOT NULL, reason text NOT NULL,
  waits_for text, row jsonb, found_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (source, key, direction));
CREATE INDEX IF NOT EXISTS quarantine_waiting ON ${BOOK}.quarantine (waits_for) WHERE waits_for IS NOT NULL;
CREATE TABLE IF NOT EXISTS ${BOOK}.recheck (source text NOT NULL, key text NOT NULL, PRIMARY KEY (source, key));
CREATE TABLE IF NOT EXISTS ${BOOK}.set_apart (
  kind text NOT NULL, relation text NOT NULL, name text NOT NULL, definition text NOT NULL,
  restored boolean NOT NULL DEFAULT false, PRIMARY KEY (kind, relation, name));
CREATE TABLE IF NOT EXISTS ${BOOK}.decision (
  at timestamptz NOT NULL DEFAULT clock_timestamp(), chunk_rows integer NOT NULL, pause_ms integer NOT NULL,
  parallel integer NOT NULL, reason text NOT NULL);
CREATE TABLE IF NOT EXISTS ${BOOK}.comparison (
  source text PRIMARY KEY, state text NOT NULL, rows bigint, differences integer NOT NULL DEFAULT 0,
  repaired integer NOT NULL DEFAULT 0, next text, compared_at timestamptz);
CREATE TABLE IF NOT EXISTS ${BOOK}.difference (
  found_at timestamptz NOT NULL DEFAULT now(), source text NOT NULL, relation text NOT NULL, key text NOT NULL,
  kind text NOT NULL, columns jsonb, repaired boolean NOT NULL DEFAULT false);
REVOKE ALL ON SCHEMA ${BOOK} FROM PUBLIC;
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN
    GRANT USAGE ON SCHEMA ${BOOK} TO reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA ${BOOK} TO reader;
  END IF;
END $$`;

/** Creates the engine's own tables where they are missing. */
export async function createBookkeeping(client: pg.ClientBase): Promise<void> {
  await client.query(TABLES);
}

export interface Migration {
  readonly from_release: string;
  readonly to_release: string;
  readonly from_schema: string;
  readonly to_schema: string;
  readonly state: State;
  readonly fingerprint: string;
  readonly mapping: string;
  readonly started_at: Date;
}

/** The migration this database is in, or undefined. */
export async function readMigration(client: pg.ClientBase): Promise<Migration | undefined> {
  const there = await client.query(`SELECT to_regclass('${BOOK}.migration') IS NOT NULL AS there`);
  if (there.rows[0]?.there !== true) return undefined;
  const { rows } = await client.query<Migration>(`SELECT * FROM ${BOOK}.migration`);
  return rows[0];
}

export async function setState(client: pg.ClientBase, state: State): Promise<void> {
  await client.query(`UPDATE ${BOOK}.migration SET state = $1, changed_at = now()`, [state]);
}

/** The function that tries rows again that waited for rows of a source. */
export function retryFunction(model: Model): string {
  const tries = model.sources
    .filter((source) => source.rules.some((rule) => rule.until !== undefined))
    .map((source) => {
      const keys = `keys_${source.number}`;
      const from = new Set(source.rules.flatMap((rule) => rule.until ?? []));
      return {
        declare: `  ${keys} ${source.keyType}[];`,
        work: `  IF name IN (${[...from].map(literal).join(", ")}) THEN
    ${keys} := ARRAY(SELECT q.key::${source.keyType} FROM ${BOOK}.quarantine q WHERE q.waits_for = name AND q.source = ${literal(source.table)} ORDER BY 1 LIMIT 1000);
    IF cardinality(${keys}) > 0 THEN
      ${lockBuckets(source, keys)}
      PERFORM ${forwardFunction(source)}(${keys});
    END IF;
  END IF;`,
      };
    });
  return `CREATE OR REPLACE FUNCTION ${qualified(BOOK, "retry_waiting")}(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
${tries.map(({ declare }) => declare).join("\n")}
BEGIN
${tries.map(({ work }) => work).join("\n")}
END $function$`;
}

export const bookTable = (name: string): string => `${BOOK}.${identifier(name)}`;
