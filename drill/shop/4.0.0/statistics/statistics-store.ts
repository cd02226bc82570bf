import type { StatisticsStore } from "../../api/statistics";
import type { Database, Statement } from "../../common/database";

const SINCE = "placed_at >= ((now() AT TIME ZONE $2)::date - ($1::integer - 1))::timestamp AT TIME ZONE $2";

const DAYS: Statement = {
  name: "statistics-days",
  text: `SELECT to_char((placed_at AT TIME ZONE $2)::date, 'YYYY-MM-DD') AS date, count(*) AS orders,
      coalesce(sum(total_minor), 0)::bigint AS revenue
    FROM orders WHERE ${SINCE} AND status NOT IN ('cancelled', 'expired')
    GROUP BY 1 ORDER BY 1 DESC`,
};
const FIGURES: Statement = {
  name: "statistics-figures",
  text: `SELECT count(*) FILTER (WHERE status IN ('cancelled', 'expired')) AS cancelled,
      count(*) FILTER (WHERE status = 'returned') AS returned,
      coalesce(round(avg(total_minor) FILTER (WHERE status NOT IN ('cancelled', 'expired'))), 0)::bigint AS average
    FROM orders WHERE ${SINCE}`,
};
const BEST_SELLERS: Statement = {
  name: "statistics-best-sellers",
  text: `SELECT line.sku, min(line.name) AS name, sum(line.quantity)::bigint AS pieces
    FROM orders JOIN order_lines AS line ON line.order_id = orders.id
    WHERE ${SINCE} AND status NOT IN ('cancelled', 'expired')
    GROUP BY line.sku ORDER BY pieces DESC, line.sku LIMIT 10`,
};

export function statisticsStore(database: Database, timeZone: string): StatisticsStore {
  return {
    days: (days) => database.rows<{ date: string; orders: number; revenue: number }>(DAYS, [days, timeZone]),
    async figures(days) {
      const [figures, bestSellers] = await Promise.all([
        database.rows<{ cancelled: number; returned: number; average: number }>(FIGURES, [days, timeZone]),
        database.rows<{ sku: string; name: string; pieces: number }>(BEST_SELLERS, [days, timeZone]),
      ]);
      const { cancelled = 0, returned = 0, average = 0 } = figures[0] ?? {};
      return { cancelled, returned, averageOrder: average, bestSellers };
    },
  };
}
