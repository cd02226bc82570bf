import type { StatisticsStore } from "../../api/statistics";
import type { Database, Statement } from "../../common/database";
import { minorUnits } from "../../common/money";

const DAYS: Statement = {
  name: "statistics-days",
  text: `SELECT to_char(created::date, 'YYYY-MM-DD') AS date, count(*) AS orders,
      coalesce(round(sum(total), 2), 0)::text AS revenue
    FROM orders
    WHERE created >= (now() AT TIME ZONE $2)::date - ($1::integer - 1)
      AND lower(btrim(status)) NOT IN ('cancelled', 'canceled', 'storniert', 'expired')
    GROUP BY created::date ORDER BY created::date DESC`,
};
const CANCELLED: Statement = {
  name: "statistics-cancelled",
  text: `SELECT count(*) AS cancelled FROM orders
    WHERE created >= (now() AT TIME ZONE $2)::date - ($1::integer - 1)
      AND lower(btrim(status)) IN ('cancelled', 'canceled', 'storniert', 'expired')`,
};

export function statisticsStore(database: Database, timeZone: string): StatisticsStore {
  return {
    async days(days) {
      const rows = await database.rows<{ date: string; orders: number; revenue: string }>(DAYS, [
        days,
        timeZone,
      ]);
      return rows.map((row) => ({ ...row, revenue: minorUnits(row.revenue) }));
    },
    async figures(days) {
      const [row] = await database.rows<{ cancelled: number }>(CANCELLED, [days, timeZone]);
      return { cancelled: row?.cancelled ?? 0 };
    },
  };
}
