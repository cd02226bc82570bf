/** SQL for `originals` once the values of these old columns are given anew: what was remembered of them is forgotten. */
export const forgetting = (...columns: readonly string[]): string =>
  `nullif(originals - ARRAY[${columns.map((column) => `'${column}'`).join(", ")}], '{}')`;

/**
 * SQL for `originals` of what the account `account` made in the name of the person `person`: a merged account is remembered, so
 * that the old model goes on naming it.
 */
export const rememberingAccount = (account: string, person: string): string =>
  `CASE WHEN ${person} <> ${account} THEN jsonb_build_object('customer_id', ${account}::text) END`;
