import type { CustomerStore } from "../../api/customers";
import type { Database, Statement } from "../../common/database";
import { parseAddress } from "../address";
import type { Model } from "../model";
import { canonicalPhone } from "../phone";

/**
 * The account release 3.2.0 would have found: of a person's merged accounts, the oldest one registered with the very e-mail.
 * So passwords stay what they were, and a token names the same account whichever release made it.
 */
const find = ({ email }: Model): Statement => ({
  name: "customer-by-email",
  text: `WITH person AS (SELECT * FROM customers WHERE (${email.columns}) = (${email.values("$1")})),
    accounts AS (
      SELECT id, name, role, password_hash,
        lower(btrim(CASE WHEN originals ? 'email' THEN originals->>'email' ELSE ${email.whole("person")} END)) = $1 AS exact
      FROM person
      UNION ALL
      SELECT alias.id, coalesce(alias.name, ''), coalesce(nullif(alias.role, ''), 'customer'), alias.password_hash,
        lower(btrim(alias.email)) = $1
      FROM person JOIN customer_aliases AS alias ON alias.customer_id = person.id)
    SELECT id, name, role, password_hash FROM accounts ORDER BY exact DESC NULLS LAST, id LIMIT 1`,
});
const register = ({ email }: Model): Statement => ({
  name: "customer-register",
  text: `INSERT INTO customers (${email.columns}, name, phone, password_hash, originals)
    VALUES (${email.values("$1")}, $2, $3, $4, $5::jsonb) ON CONFLICT (${email.columns}) DO NOTHING RETURNING id`,
});
const ADD_ADDRESS: Statement = {
  name: "customer-address",
  text: `INSERT INTO customer_addresses (customer_id, position, street, postal_code, city)
    VALUES ($1, 1, $2, $3, $4)`,
};

interface CustomerRow {
  readonly id: number;
  readonly name: string;
  readonly role: string;
  readonly password_hash: string | null;
}

export function customerStore(database: Database, model: Model): CustomerStore {
  const [byEmail, add] = [find(model), register(model)];
  return {
    register: ({ email, name, phone, address, passwordHash }) =>
      database.transaction(async (connection) => {
        const canonical = canonicalPhone(phone);
        const originals = canonical === phone ? null : JSON.stringify({ phone });
        const values = [email, name, canonical, passwordHash, originals];
        const id = (await connection.rows<{ id: number }>(add, values))[0]?.id;
        const parsed = parseAddress(address);
        if (id !== undefined && parsed) {
          await connection.rows(ADD_ADDRESS, [id, parsed.street, parsed.postalCode, parsed.city]);
        }
        return id;
      }),
    async account(email) {
      const [row] = await database.rows<CustomerRow>(byEmail, [email]);
      if (!row) return undefined;
      const role = row.role === "staff" ? "staff" : "customer";
      return { id: row.id, name: row.name, role, passwordHash: row.password_hash };
    },
  };
}
