/** Types of extensions, whose operators the engine's functions do not see, and of the shop; with their schema. */
const OF_OTHERS = /^("([^"]|"")+"|[a-z_][\w$]*)\./;

/**
 * Types whose values PostgreSQL cannot compare for equality, or not exactly (`box` compares areas), or not hash. Their text
 * tells values apart. As it writes types: with modifiers and dimensions.
 */
const BY_TEXT =
  /^(json|xml|point|line|lseg|box|path|polygon|circle|tsvector|tsquery|money|bit|bit varying|txid_snapshot|pg_snapshot)(\(\d+\))?(\[\])*$/;

/** An expression of a type in a form that can be compared and hashed. */
export const toldApart = (expression: string, type: string): string =>
  BY_TEXT.test(type) || OF_OTHERS.test(type) ? `(${expression})::text` : expression;
