import { ORDER_STATUSES, type Order, type OrderStatus, type PaymentState } from "../api/order";
import { minorUnits } from "../common/money";
import { readLines } from "./lines-text";

/** Columns of an OrderRow; `$1` is the shop's time zone. */
export const ORDER_COLUMNS = `number, status, created AT TIME ZONE $1 AS placed_at, lines, discount, total, promotion,
  payment_method, payment_reference, payment_state, payment_key`;

export interface OrderRow {
  readonly number: string;
  readonly status: string | null;
  readonly placed_at: Date | null;
  readonly lines: string | null;
  readonly discount: string | null;
  readonly total: string | null;
  readonly promotion: string | null;
  readonly payment_method: string | null;
  readonly payment_reference: string | null;
  readonly payment_state: PaymentState | null;
  readonly payment_key: string | null;
}

/** Spellings of a status that years of imports and hand edits have left behind. */
const SPELLINGS: Readonly<Record<string, OrderStatus>> = {
  canceled: "cancelled",
  storniert: "cancelled",
  bezahlt: "paid",
  versendet: "shipped",
  complete: "delivered",
};

/** The order of a row. What a row does not say is zero, empty or, for the status, `placed`. */
export function orderOf(row: OrderRow, currency: string): Order {
  return {
    number: row.number,
    status: statusOf(row.status),
    placedAt: row.placed_at ?? new Date(0),
    lines: readLines(row.lines),
    discount: minorUnits(row.discount),
    total: minorUnits(row.total),
    currency,
    promotion: row.promotion?.trim().toUpperCase() || null,
    payment: {
      method: row.payment_method,
      reference: row.payment_reference,
      state: row.payment_state,
      key: row.payment_key,
    },
  };
}

function statusOf(text: string | null): OrderStatus {
  const word = (text ?? "").trim().toLowerCase();
  return ORDER_STATUSES.find((status) => status === word) ?? SPELLINGS[word] ?? "placed";
}
