import type { Cause } from "../status";

/** Collects what is wrong with an object, in the words of the API. */
export class Problems {
  readonly causes: Cause[] = [];

  invalid(field: string, value: unknown, why: string): void {
    this.#add(field, "FieldValueInvalid", `Invalid value: ${shown(value)}: ${why}`);
  }

  /** An invalid value that is a structure too large to show. */
  invalidStructure(field: string, why: string): void {
    this.#add(field, "FieldValueInvalid", `Invalid value: {…}: ${why}`);
  }

  /** An invalid value that the server does not show. */
  invalidOmitted(field: string, why: string): void {
    this.#add(field, "FieldValueInvalid", `Invalid value: ${why}`);
  }

  required(field: string, why = ""): void {
    this.#add(field, "FieldValueRequired", why === "" ? "Required value" : `Required value: ${why}`);
  }

  forbidden(field: string, why: string): void {
    this.#add(field, "FieldValueForbidden", `Forbidden: ${why}`);
  }

  unsupported(field: string, value: unknown, supported: readonly string[]): void {
    const list = supported.map((each) => JSON.stringify(each)).join(", ");
    this.#add(
      field,
      "FieldValueNotSupported",
      `Unsupported value: ${shown(value)}: supported values: ${list}`,
    );
  }

  duplicate(field: string, value: unknown): void {
    this.#add(field, "FieldValueDuplicate", `Duplicate value: ${shown(value)}`);
  }

  notFound(field: string, value: unknown): void {
    this.#add(field, "FieldValueNotFound", `Not found: ${shown(value)}`);
  }

  tooLong(field: string, bytes: number): void {
    this.#add(field, "FieldValueTooLong", `Too long: may not be more than ${bytes} bytes`);
  }

  tooMany(field: string, count: number, most: number): void {
    this.#add(field, "FieldValueTooMany", `Too many: ${count}: must have at most ${most} items`);
  }

  wrongType(field: string, type: string, why: string): void {
    this.#add(field, "FieldValueTypeInvalid", `Invalid value: ${JSON.stringify(type)}: ${why}`);
  }

  /** Adds what another judge has found. */
  take({ causes }: Problems): void {
    this.causes.push(...causes);
  }

  /** The value must be one of a list; an absent one is required. */
  oneOf(field: string, value: string | undefined, supported: readonly string[]): void {
    if (value === undefined || value === "") this.required(field);
    else if (!supported.includes(value)) this.unsupported(field, value, supported);
  }

  /** Like oneOf, for fields that may be absent. */
  oneOfIfGiven(field: string, value: string | undefined, supported: readonly string[]): void {
    if (value !== undefined && !supported.includes(value)) this.unsupported(field, value, supported);
  }

  notNegative(field: string, value: number | undefined): void {
    if (value !== undefined && value < 0) this.invalid(field, value, "must be greater than or equal to 0");
  }

  between(field: string, value: number | undefined, least: number, most: number): void {
    if (value !== undefined && (value < least || value > most)) {
      this.invalid(field, value, `must be between ${least} and ${most}, inclusive`);
    }
  }

  /** All that a check of a text has to say. */
  texts(field: string, value: string, messages: readonly string[]): void {
    for (const message of messages) this.invalid(field, value, message);
  }

  #add(field: string, type: string, message: string): void {
    this.causes.push({ field, type, message });
  }
}

function shown(value: unknown): string {
  return value === undefined ? "null" : JSON.stringify(value);
}
