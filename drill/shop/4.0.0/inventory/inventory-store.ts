import { COUNT_FRESH_MS, type InventoryStore, type Product } from "../../api/inventory";
import type { Database, Statement } from "../../common/database";
import { remembered } from "../../common/remembered";

const FROM = "FROM products AS product JOIN stock USING (sku) WHERE product.active";
const COLUMNS = "sku, product.name, product.price_minor AS price, stock.available";
const MATCHING = `${FROM} AND ($1 = '' OR product.name ILIKE $1 OR sku ILIKE $1)`;

// The count has a query of its own: beside the rows it would make the page read every product.
const SEARCH: Statement = {
  name: "product-search",
  text: `SELECT ${COLUMNS} ${MATCHING} ORDER BY sku LIMIT $2 OFFSET $3`,
};
const COUNT: Statement = { name: "product-count", text: `SELECT count(*) AS total ${MATCHING}` };
const PRODUCTS: Statement = {
  name: "product-list",
  text: `SELECT ${COLUMNS} ${FROM} AND sku = ANY ($1) ORDER BY sku`,
};
const STOCK: Statement = {
  name: "stock-now",
  text: `SELECT sku, available, now() AS updated_at,
      (SELECT coalesce(sum(quantity), 0) FROM reservations WHERE sku = $1) AS reserved
    FROM stock WHERE sku = $1`,
};

export function inventoryStore(database: Database): InventoryStore {
  const count = remembered(COUNT_FRESH_MS, async (pattern) => {
    const [row] = await database.rows<{ total: number }>(COUNT, [pattern]);
    return row?.total ?? 0;
  });
  return {
    async search(query, limit, offset) {
      const pattern = query === "" ? "" : `%${query.replace(/[\\%_]/g, "\\$&")}%`;
      const [products, total] = await Promise.all([
        database.rows<Product>(SEARCH, [pattern, limit, offset]),
        count(pattern),
      ]);
      return { products, total };
    },
    products: (skus) => database.rows<Product>(PRODUCTS, [skus]),
    async stock(sku) {
      const [row] = await database.rows<{ available: number; reserved: number; updated_at: Date }>(STOCK, [
        sku,
      ]);
      return row && { sku, available: row.available, reserved: row.reserved, updatedAt: row.updated_at };
    },
  };
}
