import pg from "pg";
import type { Model } from "./model";
import { newModels } from "./new-model";
import { oldModel } from "./old-model";

/** What was there before the first customer came: where the ids stood, the stock, and the orders that could still be given up. */
export interface Census {
  readonly version: 1;
  readonly takenAt: string;
  readonly orders: number;
  readonly newest: {
    readonly orders: number;
    readonly reviews: number;
    readonly returns: number;
    readonly customers: number;
  };
  readonly stock: Readonly<Record<string, number>>;
  readonly open: readonly {
    readonly id: number;
    readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  }[];
}

/** Every data model a release of the shop has, the oldest first. */
const MODELS: readonly Model[] = [oldModel, ...newModels];

/** Takes the census of a shop in one snapshot of the database. To be taken before the load begins; plain JSON. */
export async function takeCensus(databaseUrl: string): Promise<Census> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const [model] = await existingModels(client);
    if (model === undefined)
      throw new Error(
        `the database holds no shop: none of ${MODELS.map(({ schema }) => schema).join(", ")} is there`,
      );
    const newest = (await client.query(model.newest)).rows[0];
    const stock = (await client.query(model.stock)).rows;
    const open = (await client.query(model.open)).rows;
    const orders = (await client.query(`SELECT count(*)::text AS orders FROM ${model.schema}.orders`))
      .rows[0];
    return {
      version: 1,
      takenAt: new Date().toISOString(),
      orders: Number(orders.orders),
      newest: {
        orders: Number(newest.orders),
        reviews: Number(newest.reviews),
        returns: Number(newest.returns),
        customers: Number(newest.customers),
      },
      stock: Object.fromEntries(stock.map((row) => [row.sku, Number(row.stock)])),
      open: open.map((row) => ({
        id: Number(row.id),
        lines: model.readLines(row.lines).map(({ sku, quantity }) => ({ sku, quantity })),
      })),
    };
  } finally {
    await client.end();
  }
}

/** The data models the database holds, the oldest first. */
export async function existingModels(client: pg.ClientBase): Promise<Model[]> {
  const found: Model[] = [];
  for (const model of MODELS) {
    const { rows } = await client.query("SELECT to_regclass($1) IS NOT NULL AS there", [
      `${model.schema}.orders`,
    ]);
    if (rows[0]?.there === true) found.push(model);
  }
  return found;
}
