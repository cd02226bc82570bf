import { COUNT_FRESH_MS, type InventoryStore, type Product } from "../../api/inventory";
import type { Database, Statement } from "../../common/database";
import { minorUnits } from "../../common/money";
import { remembered } from "../../common/remembered";

const ON_SALE = "coalesce(lower(btrim(active)), 'yes') <> 'no' AND price > 0";
const COLUMNS =
  "sku, coalesce(name, sku) AS name, round(price, 2) AS price, greatest(coalesce(stock, 0), 0) AS available";

const MATCHING = `FROM products WHERE ${ON_SALE} AND ($1 = '' OR name ILIKE $1 OR sku ILIKE $1)`;

// The count has a query of its own: beside the rows it would make the page read every product.
const SEARCH: Statement = {
  name: "product-search",
  text: `SELECT ${COLUMNS} ${MATCHING} ORDER BY sku LIMIT $2 OFFSET $3`,
};
const COUNT: Statement = { name: "product-count", text: `SELECT count(*) AS total ${MATCHING}` };
const PRODUCTS: Statement = {
  name: "product-list",
  text: `SELECT ${COLUMNS} FROM products WHERE sku = ANY ($1) AND ${ON_SALE} ORDER BY sku`,
};
/** The cached figures; a product the worker has not met yet is counted as it is, with nothing reserved. */
const STOCK: Statement = {
  name: "stock-figures",
  text: `SELECT product.sku, coalesce(figures.available, greatest(coalesce(product.stock, 0), 0)) AS available,
      coalesce(figures.reserved, 0) AS reserved, coalesce(figures.updated_at, now()) AS updated_at
    FROM products AS product LEFT JOIN stock_figures AS figures USING (sku) WHERE product.sku = $1`,
};

interface ProductRow {
  readonly sku: string;
  readonly name: string;
  readonly price: string;
  readonly available: number;
}

const productOf = ({ sku, name, price, available }: ProductRow): Product => ({
  sku,
  name,
  price: minorUnits(price),
  available,
});

export function inventoryStore(database: Database): InventoryStore {
  const count = remembered(COUNT_FRESH_MS, async (pattern) => {
    const [row] = await database.rows<{ total: number }>(COUNT, [pattern]);
    return row?.total ?? 0;
  });
  return {
    async search(query, limit, offset) {
      const pattern = query === "" ? "" : `%${query.replace(/[\\%_]/g, "\\$&")}%`;
      const [rows, total] = await Promise.all([
        database.rows<ProductRow>(SEARCH, [pattern, limit, offset]),
        count(pattern),
      ]);
      return { products: rows.map(productOf), total };
    },
    async products(skus) {
      return (await database.rows<ProductRow>(PRODUCTS, [skus])).map(productOf);
    },
    async stock(sku) {
      const [row] = await database.rows<{
        sku: string;
        available: number;
        reserved: number;
        updated_at: Date;
      }>(STOCK, [sku]);
      return (
        row && { sku: row.sku, available: row.available, reserved: row.reserved, updatedAt: row.updated_at }
      );
    },
  };
}
