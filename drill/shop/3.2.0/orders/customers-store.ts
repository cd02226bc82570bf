import type { CustomerStore } from "../../api/customers";
import type { Database, Statement } from "../../common/database";

const FIND: Statement = {
  name: "customer-by-email",
  text: `SELECT id, name, role, password_hash FROM customers WHERE lower(btrim(email)) = $1 ORDER BY id LIMIT 1`,
};
const REGISTER: Statement = {
  name: "customer-register",
  text: `INSERT INTO customers (email, name, phone, address, password_hash, registered)
    VALUES ($1, $2, $3, $4, $5, now() AT TIME ZONE $6) RETURNING id`,
};
/** There is no constraint on e-mails, so two registrations at once would both find none. */
const LOCK_EMAIL: Statement = { name: "lock-email", text: "SELECT pg_advisory_xact_lock(1, hashtext($1))" };

interface CustomerRow {
  readonly id: number;
  readonly name: string | null;
  readonly role: string | null;
  readonly password_hash: string | null;
}

export function customerStore(database: Database, timeZone: string): CustomerStore {
  return {
    register: ({ email, name, phone, address, passwordHash }) =>
      database.transaction(async (connection) => {
        await connection.rows(LOCK_EMAIL, [email]);
        if ((await connection.rows(FIND, [email])).length > 0) return undefined;
        const values = [email, name, phone, address, passwordHash, timeZone];
        return (await connection.rows<{ id: number }>(REGISTER, values))[0]?.id;
      }),
    async account(email) {
      const [row] = await database.rows<CustomerRow>(FIND, [email]);
      if (!row) return undefined;
      const role = row.role === "staff" ? "staff" : "customer";
      return { id: row.id, name: row.name ?? "", role, passwordHash: row.password_hash };
    },
  };
}
