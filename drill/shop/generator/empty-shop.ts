import type pg from "pg";
import { TABLES } from "./columns";

/** Throws unless the old model is there and holds no row: nothing may be mixed with a shop that exists. */
export async function refuseUnlessEmpty(client: pg.Client): Promise<void> {
  const { rows } = await client.query("SELECT to_regclass($1) IS NOT NULL AS there", [`shop_v3.orders`]);
  if (rows[0]?.there !== true)
    throw new Error(`The database has no schema shop_v3. Run releases/3.2.0/schema.sql on it first.`);
  const filled: string[] = [];
  for (const table of TABLES) {
    // Workers that wait for the first order keep a row there for what they do again and again.
    if (table === "work") continue;
    const found = await client.query(`SELECT EXISTS (SELECT FROM shop_v3.${table}) AS filled`);
    if (found.rows[0]?.filled === true) filled.push(`shop_v3.${table}`);
  }
  if (filled.length > 0)
    throw new Error(
      `The shop is not empty: ${filled.join(", ")} hold rows. Give an empty database; nothing was changed.`,
    );
}
