/** SQL for `originals` once the values of these old columns are given anew: what was remembered of them is forgotten. */
export const forgetting = (...columns: readonly string[]): string =>
  `nullif(originals - ARRAY[${columns.map((column) => `'${column}'`).join(", ")}], '{}')`;
