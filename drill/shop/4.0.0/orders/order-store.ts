import type { Order, OrderLine } from "../../api/order";
import type { NewOrder, OrderStore, Placement } from "../../api/orders";
import type { Promotion } from "../../api/promotion";
import type { Connection, Database, Statement } from "../../common/database";
import { ENQUEUE } from "../../common/work-queue";
import { LOCK_STOCK, type Model } from "../model";
import { type OrderRow, orderOf } from "../order-row";
import {
  CLOSE,
  CUSTOMER_EXISTS,
  FIND,
  FIND_BY_KEY,
  FIND_BY_NUMBER,
  FREE_RESERVATIONS,
  GIVE_STOCK,
  LIST,
  PROMOTION,
  place as placeStatement,
  REFUND,
  TAKE_STOCK,
} from "./order-statements";

export interface OrderAccess extends OrderStore {
  byNumber(number: string): Promise<Order | undefined>;
  expire(number: string): Promise<boolean>;
}

/** Raised inside a transaction to leave it without a trace. */
class Refused extends Error {
  constructor(readonly placement: Placement) {
    super(placement.outcome);
  }
}

export function orderStore(database: Database, model: Model): OrderAccess {
  const insert = placeStatement(model);
  const one = async (
    statement: Statement,
    ...values: (string | number | boolean)[]
  ): Promise<Order | undefined> => {
    const [row] = await database.rows<OrderRow>(statement, values);
    return row && orderOf(row);
  };
  const byNumber = (number: string): Promise<Order | undefined> => one(FIND_BY_NUMBER, number);

  async function close(number: string, status: "cancelled" | "expired"): Promise<boolean> {
    const order = await byNumber(number);
    if (!order) return false;
    return database.transaction(async (connection) => {
      await connection.rows(LOCK_STOCK, [order.lines.map((line) => line.sku)]);
      const from = status === "cancelled" ? ["placed", "paid"] : ["placed"];
      const [closed] = await connection.rows<{ id: number }>(CLOSE, [number, status, from]);
      if (!closed) return false;
      await connection.rows(FREE_RESERVATIONS, [closed.id]);
      await changeStock(connection, GIVE_STOCK, order.lines);
      if ((await connection.rows(REFUND, [closed.id])).length > 0) {
        await connection.rows(ENQUEUE, ["orders", "refund", number, 0]);
      }
      return true;
    });
  }

  return {
    byNumber,
    find: (number, reader) => one(FIND, number, reader.customer, reader.role === "staff"),
    findByKey: (key) => one(FIND_BY_KEY, key),
    list: async (customer, size) => (await database.rows<OrderRow>(LIST, [customer, size])).map(orderOf),
    async promotion(code) {
      const [row] = await database.rows<PromotionRow>(PROMOTION, [code]);
      return row && promotionOf(code, row);
    },
    async place(order) {
      try {
        return await database.transaction((connection) => place(connection, insert, order));
      } catch (problem) {
        if (problem instanceof Refused) return problem.placement;
        throw problem;
      }
    },
    cancel: (number) => close(number, "cancelled"),
    expire: (number) => close(number, "expired"),
  };
}

async function place(connection: Connection, insert: Statement, order: NewOrder): Promise<Placement> {
  const { lines, number, customer, currency, discount, total, key, promotion } = order;
  await connection.rows(LOCK_STOCK, [lines.map((line) => line.sku)]);
  const taken = await changeStock(connection, TAKE_STOCK, lines);
  const short = lines.find((line) => !taken.has(line.sku));
  if (short) throw new Refused({ outcome: "out-of-stock", sku: short.sku });
  const [placed] = await connection.rows<{ placed_at: Date }>(insert, [
    number,
    customer,
    currency,
    discount,
    total,
    key,
    lines.map((line) => line.sku),
    lines.map((line) => line.name),
    lines.map((line) => line.quantity),
    lines.map((line) => line.price),
    promotion?.id ?? null,
  ]);
  if (!placed) {
    const known = await connection.rows(CUSTOMER_EXISTS, [customer]);
    throw new Refused({ outcome: known.length > 0 ? "repeated" : "unknown-customer" });
  }
  return {
    outcome: "placed",
    order: {
      number,
      status: "placed",
      placedAt: placed.placed_at,
      lines,
      discount,
      total,
      currency,
      promotion: promotion?.code ?? null,
      payment: { method: null, reference: null, state: null, key: null },
    },
  };
}

async function changeStock(
  connection: Connection,
  statement: Statement,
  lines: readonly OrderLine[],
): Promise<ReadonlySet<string>> {
  const values = [lines.map((line) => line.sku), lines.map((line) => line.quantity)];
  return new Set((await connection.rows<{ sku: string }>(statement, values)).map((row) => row.sku));
}

interface PromotionRow {
  readonly id: number;
  readonly kind: "percent" | "amount";
  readonly percent: string | null;
  readonly amount_minor: number | null;
  readonly minimum_minor: number;
}

function promotionOf(code: string, row: PromotionRow): Promotion {
  const base = { id: row.id, code, minimum: row.minimum_minor };
  return row.kind === "percent"
    ? { ...base, kind: "percent", percent: row.percent ?? "0" }
    : { ...base, kind: "amount", amount: row.amount_minor ?? 0 };
}
