import type { Status } from "./order-status";

/** Amounts are whole minor units. */
export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
  readonly price: number;
  readonly total: number;
}

/** What a customer asks for that changes something. */
export type Wish =
  | { readonly action: "registration"; readonly email: string; readonly name: string }
  | {
      readonly action: "order";
      readonly email: string;
      readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
      readonly promotion?: string;
    }
  | { readonly action: "payment"; readonly email: string; readonly order: string; readonly method: string }
  | { readonly action: "cancellation"; readonly email: string; readonly order: string }
  | {
      readonly action: "review";
      readonly email: string;
      readonly order: string;
      readonly sku: string;
      readonly rating: number;
      readonly text: string;
    }
  | {
      readonly action: "return";
      readonly email: string;
      readonly order: string;
      readonly sku: string;
      readonly quantity: number;
      readonly reason: string;
    };
export type Action = Wish["action"];

/** What the shop said it did. */
export type Deed =
  | { readonly action: "registration"; readonly id: string }
  | {
      readonly action: "order";
      readonly number: string;
      readonly status: Status;
      readonly lines: readonly OrderLine[];
      readonly discount: number;
      readonly total: number;
      readonly currency: string;
      readonly promotion?: string;
    }
  | { readonly action: "payment"; readonly status: Status; readonly total: number; readonly currency: string }
  | { readonly action: "cancellation"; readonly status: Status }
  | { readonly action: "review"; readonly id: string }
  | { readonly action: "return"; readonly id: string };

/**
 * The records of the ledger, one JSON object a line. `key` is unique over all runs; where the contract knows an
 * `Idempotency-Key`, it is that key. A wish without a later answer of the same key is one whose outcome is unknown.
 */
export type LedgerRecord =
  | {
      readonly record: "run";
      readonly at: string;
      readonly run: string;
      readonly seed: number;
      readonly rate: number;
    }
  | ({ readonly record: "asked"; readonly at: string; readonly key: string } & Wish)
  | ({ readonly record: "acknowledged"; readonly at: string; readonly key: string } & Deed)
  | { readonly record: "refused"; readonly at: string; readonly key: string; readonly status: number }
  | { readonly record: "unknown"; readonly at: string; readonly key: string; readonly problem: string };
