import type pg from "pg";
import type { Checks } from "../../releases/checks";
import { messageOf } from "../frame/problems";
import type { Check } from "../frame/result";

/** The release's own questions about its business: stuck orders, queues (M3.1). */
export async function checkBusiness(
  client: pg.ClientBase,
  questions: Checks["business"],
  orderTimeLimit: number,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { name, what, query, limit, wayOut } of questions) {
    try {
      const values = query.includes("$1") ? [orderTimeLimit] : [];
      const { rows } = await client.query<Record<string, unknown>>(query, values);
      const value = Number(Object.values(rows[0] ?? {})[0]);
      if (!Number.isFinite(value)) throw new Error("it returned no number");
      const holds = value <= limit;
      checks.push({
        name: `business-${name}`,
        holds,
        value,
        limit,
        detail: holds ? what : `${what}; ${wayOut}`,
      });
    } catch (problem) {
      checks.push({
        name: `business-${name}`,
        holds: false,
        limit,
        detail: `the query failed: ${messageOf(problem)}; repair business.${name} in checks.yaml`,
      });
    }
  }
  return checks;
}
