import type pg from "pg";
import { identifier, literal } from "../frame/database";
import { digestOf } from "../frame/evidence";
import { StepProblem } from "../frame/problems";
import type { Check } from "../frame/result";

export interface Model {
  readonly release: string;
  readonly schema: string;
  /** Text of `schema.sql`. */
  readonly sql: string;
}

/** Creates the data model unless its schema is there. Runs inside the caller's transaction, as `migrator`. */
export async function createModel(client: pg.Client, model: Model): Promise<"created" | "kept"> {
  if (await schemaExists(client, model.schema)) return "kept";
  if (/^\s*(BEGIN|COMMIT|START\s+TRANSACTION)\b/im.test(model.sql.replace(/\$\$[\s\S]*?\$\$/g, "")))
    throw new StepProblem(
      `schema.sql of ${model.release} handles transactions itself; leave that to the Job`,
    );
  await client.query(model.sql);
  if (!(await schemaExists(client, model.schema)))
    throw new StepProblem(
      `schema.sql of ${model.release} did not create the schema ${model.schema} that the manifest names`,
    );
  await client.query(`COMMENT ON SCHEMA ${identifier(model.schema)} IS ${literal(mark(model))}`);
  return "created";
}

/** Looks whether the model is the release's own and whether everything in it belongs to `migrator`. */
export async function checkModel(client: pg.Client, model: Model): Promise<Check[]> {
  const { rows } = await client.query<{ comment: string | null; strangers: string[] | null }>(
    `SELECT obj_description(n.oid, 'pg_namespace') AS comment,
            (SELECT array_agg(relname::text ORDER BY relname) FROM pg_class c
              WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'S')
                AND c.relowner <> 'migrator'::regrole) AS strangers
       FROM pg_namespace n WHERE n.nspname = $1`,
    [model.schema],
  );
  const found = rows[0];
  const strangers = found?.strangers ?? [];
  const marked = found?.comment?.startsWith("order-upgrade ") === true;
  return [
    {
      name: "model-of-release",
      holds: found !== undefined && (!marked || found.comment === mark(model)),
      value: found?.comment ?? "no mark",
      limit: mark(model),
      detail: `${model.schema} was created from another schema.sql than the one of ${model.release}; restore the released file, or change the model by a new release`,
    },
    {
      name: "model-owned-by-migrator",
      holds: strangers.length === 0,
      value: strangers.length,
      limit: 0,
      detail:
        strangers.length === 0
          ? "migrations need no administrator"
          : `${strangers.slice(0, 5).join(", ")} belong to another role; run REASSIGN OWNED BY that role TO migrator`,
    },
  ];
}

const mark = ({ release, sql }: Model): string => `order-upgrade ${release} ${digestOf(sql)}`;

async function schemaExists(client: pg.Client, schema: string): Promise<boolean> {
  const { rowCount } = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema]);
  return rowCount === 1;
}
