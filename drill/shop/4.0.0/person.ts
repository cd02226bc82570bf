/**
 * SQL for the person behind a customer id of a token: tokens made before duplicates were merged name an id that is an alias
 * now. `parameter` is the place of the id, such as `$2`.
 */
export const personOf = (parameter: string): string =>
  `coalesce((SELECT customer_id FROM customer_aliases WHERE id = ${parameter}), ${parameter})`;
