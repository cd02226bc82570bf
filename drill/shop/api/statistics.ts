import { forbidden } from "../common/http-problem";
import type { Route } from "../common/routes";
import { queryNumber, required } from "./input";

/** Orders and revenue (minor units, without cancelled and expired orders) of a day in the shop's time zone. */
export interface Day {
  readonly date: string;
  readonly orders: number;
  readonly revenue: number;
}

/** What a release does for statistics. */
export interface StatisticsStore {
  /** The last `days` days, today included, newest first; days without orders are left out. */
  days(days: number): Promise<readonly Day[]>;
  /** Further figures of that time; amounts are minor units. */
  figures(days: number): Promise<Readonly<Record<string, unknown>>>;
}

export function statisticsRoutes(store: StatisticsStore, currency: string): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/api/statistics/orders",
      async handle(call) {
        if (required(call).role !== "staff") throw forbidden();
        const count = queryNumber(call, "days", 30, 1, 3_660);
        const [days, figures] = await Promise.all([store.days(count), store.figures(count)]);
        return {
          status: 200,
          body: {
            days: days.map(({ date, orders, revenue }) => ({
              date,
              orders,
              revenue: { amount: revenue, currency },
            })),
            ...figures,
          },
        };
      },
    },
  ];
}
