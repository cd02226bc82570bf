import type { Environment } from "../common/environment";
import { notFound } from "../common/http-problem";
import type { Money } from "../common/money";
import type { Route } from "../common/routes";
import { queryNumber } from "./input";

/** A product on sale; `price` is minor units. */
export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly price: number;
  readonly available: number;
}

export interface PublicProduct {
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly available: number;
}

export interface Stock {
  readonly sku: string;
  readonly available: number;
  readonly reserved: number;
  readonly updatedAt: Date;
}

/** What a release does for products and stock. Only products on sale are seen. */
export interface InventoryStore {
  search(
    query: string,
    limit: number,
    offset: number,
  ): Promise<{ products: readonly Product[]; total: number }>;
  products(skus: readonly string[]): Promise<readonly Product[]>;
  stock(sku: string): Promise<Stock | undefined>;
}

const MOST_SKUS = 100;
/**
 * How many products match a search changes with the range of products alone, but counting reads all of them; so a count
 * serves everybody for a while.
 */
export const COUNT_FRESH_MS = 10_000;
/** How many pieces the fault `wrong-stock` invents. */
const WRONG_BY = 7;

export function inventoryRoutes(store: InventoryStore, environment: Environment): readonly Route[] {
  const { currency, faults } = environment;
  const shown = (available: number): number => (faults.has("wrong-stock") ? available + WRONG_BY : available);
  const publicProduct = ({ sku, name, price, available }: Product): PublicProduct => ({
    sku,
    name,
    price: { amount: price, currency },
    available: shown(available),
  });
  return [
    {
      method: "GET",
      path: "/api/products",
      async handle(call) {
        const skus = call.query.getAll("sku").slice(0, MOST_SKUS);
        if (skus.length > 0) {
          const products = await store.products(skus);
          return { status: 200, body: { products: products.map(publicProduct), total: products.length } };
        }
        const size = queryNumber(call, "size", 20, 1, 100);
        const page = queryNumber(call, "page", 1, 1, 1_000_000);
        const query = (call.query.get("query") ?? "").trim().slice(0, 100);
        const { products, total } = await store.search(query, size, (page - 1) * size);
        return { status: 200, body: { products: products.map(publicProduct), total } };
      },
    },
    {
      method: "GET",
      path: "/api/products/:sku",
      async handle({ parameters }) {
        const [product] = await store.products([parameters.sku ?? ""]);
        if (!product) throw notFound("product");
        return { status: 200, body: publicProduct(product) };
      },
    },
    {
      method: "GET",
      path: "/api/stock/:sku",
      async handle({ parameters }) {
        const stock = await store.stock(parameters.sku ?? "");
        if (!stock) throw notFound("product");
        const { sku, available, reserved, updatedAt } = stock;
        return {
          status: 200,
          body: { sku, available: shown(available), reserved, updatedAt: updatedAt.toISOString() },
        };
      },
    },
  ];
}
