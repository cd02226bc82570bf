import { DRILL_PASSWORD_HASH } from "../common/password";
import { DIRT, type DirtCounts, type DirtKind, drawDirt } from "./dirt";
import { Random } from "./random";
import { CITIES, DOMAINS, FIRST_NAMES, LAST_NAMES, STREETS } from "./words";

/** A customer as the row in the table shows them; found again from the seed and the index alone, so nothing is kept. */
export interface Customer {
  readonly id: number;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly address: string | null;
  readonly role: string | null;
  /** The e-mail to log in with; undefined when this row cannot be logged in with. */
  readonly login: string | undefined;
  readonly dirt: readonly DirtKind[];
}

export const STAFF_EMAIL = "staff@shop.example";
/** Rows before the first customer: the member of staff. */
const STAFF_ROWS = 1;

export function staffRow(registered: string): (string | number | null)[] {
  return [STAFF_ROWS, STAFF_EMAIL, "Staff Member", null, null, "staff", DRILL_PASSWORD_HASH, registered];
}

export function customerRow(customer: Customer, registered: string): (string | number | null)[] {
  const { id, email, name, phone, address, role } = customer;
  return [id, email, name, phone, address, role, DRILL_PASSWORD_HASH, registered];
}

export function countDirt({ dirt }: Customer, counts: DirtCounts): void {
  for (const kind of dirt) counts[kind]++;
}

/** The customer of an index from 0. A duplicate is a person of a lower index with an e-mail that can be read. */
export function makeCustomer(seed: number, index: number): Customer {
  const random = new Random(seed, "customer", index);
  const draws = head(random);
  const original = draws.duplicate ? originalOf(seed, index, random) : undefined;
  const email = spell(
    identity(seed, original ?? index).email,
    emailKind(draws.email, original !== undefined),
    random,
  );
  const dirt: DirtKind[] = [];
  const kind = emailKind(draws.email, original !== undefined);
  if (kind !== undefined) dirt.push(kind);
  if (original !== undefined) dirt.push("customer-duplicate");

  const person = identity(seed, original ?? index);
  const name = drawDirt("name", random);
  const phone = drawDirt("phone", random);
  const address = drawDirt("address", random);
  const role = drawDirt("role", random);
  for (const each of [name, phone, address, role]) if (each !== undefined) dirt.push(each);
  const readable = kind === undefined || kind === "email-capitals" || kind === "email-blanks";
  return {
    id: index + 1 + STAFF_ROWS,
    name: name === "name-missing" ? null : name === "name-blanks" ? `  ${person.name} ` : person.name,
    email,
    phone: spellPhone(person.phone, phone, random),
    address: spellAddress(person.address, address, random),
    role: role === "role-empty" ? "" : random.chance(0.5) ? "customer" : null,
    login: readable && original === undefined ? person.email : undefined,
    dirt,
  };
}

interface Head {
  readonly duplicate: boolean;
  readonly email: ReturnType<typeof drawDirt<"email">>;
}

/** The draws that another row may need to know of this one. */
function head(random: Random): Head {
  return { duplicate: random.chance(DIRT["customer-duplicate"].rate), email: drawDirt("email", random) };
}

function originalOf(seed: number, index: number, random: Random): number | undefined {
  if (index === 0) return undefined;
  const candidate = random.between(Math.max(0, index - 5_000), index - 1);
  const { duplicate, email } = head(new Random(seed, "customer", candidate));
  return duplicate || email === "email-empty" || email === "email-nonsense" ? undefined : candidate;
}

/** A duplicate is found by its e-mail, so that one stays readable. */
function emailKind(kind: Head["email"], duplicate: boolean): Head["email"] {
  return duplicate && (kind === "email-empty" || kind === "email-nonsense" || kind === undefined)
    ? "email-capitals"
    : kind;
}

function identity(
  seed: number,
  index: number,
): { name: string; email: string; phone: string; address: string } {
  const random = new Random(seed, "person", index);
  const first = random.pick(FIRST_NAMES);
  const last = random.pick(LAST_NAMES);
  const [code, city] = random.pick(CITIES);
  const digits = String(random.between(1_000_000, 9_999_999));
  return {
    name: `${first} ${last}`,
    email: `${plain(first)}.${plain(last)}.${index.toString(36)}@${random.pick(DOMAINS)}`,
    phone: `+4917${random.between(0, 9)}${digits}`,
    address: `${random.pick(STREETS)} ${random.between(1, 180)}, ${code} ${city}`,
  };
}

const PLAIN = new Map<string, string>();

function plain(name: string): string {
  let known = PLAIN.get(name);
  if (known === undefined) {
    const folded = name.replace(/ß/g, "ss").replace(/ı/g, "i").normalize("NFD");
    known = folded.replace(/[^A-Za-z]/g, "").toLowerCase();
    PLAIN.set(name, known);
  }
  return known;
}

function spell(email: string, kind: Head["email"], random: Random): string | null {
  switch (kind) {
    case "email-capitals":
      return random.chance(0.5) ? email.toUpperCase() : email.charAt(0).toUpperCase() + email.slice(1);
    case "email-blanks":
      return random.chance(0.5) ? ` ${email}` : `${email}  `;
    case "email-mailto":
      return `mailto:${email}`;
    case "email-at-in-words":
      return email.replace("@", " (at) ");
    case "email-empty":
      return random.chance(0.5) ? "" : null;
    case "email-nonsense":
      return random.pick(["unknown", "n/a", "-", "keine E-Mail", email.replace("@", ".")]);
    case undefined:
      return email;
  }
}

function spellPhone(
  phone: string,
  kind: ReturnType<typeof drawDirt<"phone">>,
  random: Random,
): string | null {
  if (kind === "phone-missing") return null;
  if (kind === "phone-nonsense") return random.pick(["none", "---", "12", "see e-mail"]);
  if (kind === undefined) return phone;
  const [prefix, rest] = [phone.slice(3, 6), phone.slice(6)];
  return random.pick([
    `0${prefix}/${rest}`,
    `0${prefix} ${rest.slice(0, 3)} ${rest.slice(3)}`,
    `(0${prefix}) ${rest}`,
    `0049${prefix}${rest}`,
    `+49 ${prefix} ${rest}`,
    `+49 (0)${prefix}-${rest}`,
    `0${prefix}${rest}`,
  ]);
}

function spellAddress(
  address: string,
  kind: ReturnType<typeof drawDirt<"address">>,
  random: Random,
): string | null {
  if (kind === "address-missing") return random.chance(0.5) ? null : " ";
  if (kind === "address-unparsable")
    return random.pick(["poste restante", "c/o Schmidt", "Packstation 112", "see last order"]);
  return address;
}
