import type { Environment } from "../common/environment";
import { HttpProblem } from "../common/http-problem";
import { hashPassword, verifyPassword } from "../common/password";
import type { Route } from "../common/routes";
import { createToken, type Role } from "../common/session";
import { Input } from "./input";

export interface NewCustomer {
  /** Lower case, no blanks. */
  readonly email: string;
  readonly name: string;
  readonly phone: string | null;
  readonly address: string | null;
  readonly passwordHash: string;
}

export interface Account {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  readonly passwordHash: string | null;
}

/** What a release does for registration and log-in. */
export interface CustomerStore {
  /** The new customer's id; undefined when somebody has that e-mail already. */
  register(customer: NewCustomer): Promise<number | undefined>;
  account(email: string): Promise<Account | undefined>;
}

const EMAIL = { is: /^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$/, rule: "must be an e-mail address" };

/** An e-mail as both releases store it. */
export const canonicalEmail = (email: string): string => email.trim().toLowerCase();

export function customerRoutes(store: CustomerStore, environment: Environment): readonly Route[] {
  const secret = environment.sessionSecret;
  return [
    {
      method: "POST",
      path: "/api/customers",
      async handle({ body }) {
        const input = new Input(body);
        const email = canonicalEmail(input.text("email", 200, EMAIL));
        const password = input.text("password", 200, {
          is: /^.{8,}$/s,
          rule: "must have at least 8 characters",
        });
        const name = input.text("name", 200).trim();
        const phone = input.optionalText("phone", 40);
        const address = input.optionalText("address", 300);
        input.check();
        const passwordHash = await hashPassword(password);
        const id = await store.register({ email, name, phone, address, passwordHash });
        if (id === undefined) throw new HttpProblem(409, "email-taken");
        return { status: 201, body: { id, token: createToken({ customer: id, role: "customer" }, secret) } };
      },
    },
    {
      method: "POST",
      path: "/api/login",
      async handle({ body }) {
        const input = new Input(body);
        const email = input.text("email", 200);
        const password = input.text("password", 200);
        input.check();
        if (environment.faults.has("login-broken")) throw new HttpProblem(401, "wrong-credentials");
        const account = await store.account(canonicalEmail(email));
        if (!account || !(await verifyPassword(password, account.passwordHash))) {
          throw new HttpProblem(401, "wrong-credentials");
        }
        const { id, name, role } = account;
        const token = createToken({ customer: id, role }, secret);
        return { status: 200, body: { token, customer: { id, name }, role } };
      },
    },
  ];
}
