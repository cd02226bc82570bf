import type { Options, Registered } from "../../../infra/mocked";

/** Takes a property away. */
export const REMOVED = Symbol("removed");

type Change = (before: never, resource: Registered) => unknown;

/** A safe setting, and the unsafe values it can take. Each value on each resource that has the setting is one mutant. */
export interface Break {
  readonly types: RegExp;
  /** Position of the dial in which it is unsafe; absent: the first one in which the resource looks like this. */
  readonly phase?: string;
  /** Only resources for which it is true. */
  readonly of?: (resource: Registered) => boolean;
  /**
   * Place in the inputs: `spec.containers[*].image`. A value that is not there is put there; lists are not made. A key with
   * dots stands in quotes: `metadata.labels['a.b/c']`.
   */
  readonly path?: string;
  /** Unsafe values: REMOVED, a value, or a function from the safe value to an unsafe one. */
  readonly to?: readonly (unknown | Change)[];
  /** Options of the resource instead of inputs. */
  readonly options?: Partial<Options>;
  /** The resource itself is left out. */
  readonly gone?: true;
  /** Why no rule of the catalogue speaks about it; absent: the catalogue covers it. */
  readonly uncovered?: string;
}

/** A change of a policy document: of its JSON, all statements or the first one of an effect. */
export const inDocument =
  (change: (statement: Record<string, unknown>, index: number) => object | undefined): Change =>
  (text: string) => {
    const document = JSON.parse(text) as { Statement: Record<string, unknown>[] };
    const Statement = document.Statement.map((one, index) => change({ ...one }, index)).filter(
      (one) => one !== undefined,
    );
    return JSON.stringify({ ...document, Statement });
  };

/** The first statement that allows something, changed; a document without one stays as it is, which makes no mutant. */
export const firstAllowed = (changes: Record<string, unknown>): Change => {
  let done = false;
  return ((text: string) => {
    done = false;
    return (
      inDocument((statement) => {
        if (done || statement.Effect !== "Allow") return statement;
        done = true;
        return { ...statement, ...changes };
      }) as (text: string) => unknown
    )(text);
  }) as Change;
};

/** The document with one more statement. */
export const withStatement = (statement: object): Change =>
  ((text: string) => {
    const document = JSON.parse(text) as { Statement: object[] };
    return JSON.stringify({ ...document, Statement: [...document.Statement, statement] });
  }) as Change;
