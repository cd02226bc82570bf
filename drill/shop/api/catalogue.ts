import { requestRepeatedly, Unreachable } from "../common/http-client";
import { HttpProblem } from "../common/http-problem";
import type { PublicProduct } from "./inventory";

export interface CatalogueEntry {
  readonly name: string;
  /** Minor units a piece. */
  readonly price: number;
}

/** Names and prices of the products on sale, as the inventory module gives them. */
export interface Catalogue {
  /** Those of the SKUs that are on sale; 503 when the inventory module cannot be reached. */
  products(skus: readonly string[]): Promise<ReadonlyMap<string, CatalogueEntry>>;
}

/** A price counts for as long as a customer may take between seeing and ordering. */
const FRESH_MS = 30_000;
const MOST_ENTRIES = 20_000;
const ATTEMPTS = 5;

/** Asks the inventory module, and remembers its answers for half a minute. */
export function inventoryCatalogue(inventoryUrl: string, now: () => number = Date.now): Catalogue {
  const entries = new Map<string, CatalogueEntry & { readonly until: number }>();
  return {
    async products(skus) {
      const missing = skus.filter((sku) => (entries.get(sku)?.until ?? 0) <= now());
      if (missing.length > 0) {
        if (entries.size > MOST_ENTRIES) entries.clear();
        for (const sku of missing) entries.delete(sku);
        for (const product of await ask(inventoryUrl, missing)) {
          const { name, price } = product;
          entries.set(product.sku, { name, price: price.amount, until: now() + FRESH_MS });
        }
      }
      return new Map(
        skus.flatMap((sku) => {
          const entry = entries.get(sku);
          return entry ? [[sku, entry] as const] : [];
        }),
      );
    },
  };
}

async function ask(inventoryUrl: string, skus: readonly string[]): Promise<readonly PublicProduct[]> {
  const query = skus.map((sku) => `sku=${encodeURIComponent(sku)}`).join("&");
  try {
    const answer = await requestRepeatedly(
      `${inventoryUrl}/api/products?${query}`,
      { timeoutMs: 2_000 },
      ATTEMPTS,
    );
    if (answer.status !== 200) throw new Unreachable(inventoryUrl, `answered ${answer.status}`);
    return (answer.body as { products: readonly PublicProduct[] }).products;
  } catch (problem) {
    if (problem instanceof Unreachable) throw new HttpProblem(503, "catalogue-unreachable");
    throw problem;
  }
}
