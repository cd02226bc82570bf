/** Standard normal distribution function; Abramowitz & Stegun, Handbook of Mathematical Functions, 7.1.26 (error below 1.5e-7). */
export function normalBelow(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const tail =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
    Math.exp((-z * z) / 2);
  return z >= 0 ? 1 - tail / 2 : tail / 2;
}

/** Fewer samples than this of either kind decide nothing: the normal approximation of U does not hold yet. */
export const FEWEST_SAMPLES = 8;

/**
 * One-sided Mann–Whitney U test: how likely `after` looks at least this much larger than `before` although it is not.
 *
 * Response times are skewed and have outliers, so a test on means would judge the outliers; this one judges ranks and
 * assumes no distribution. Normal approximation with continuity and tie correction: H. B. Mann, D. R. Whitney, Annals of
 * Mathematical Statistics 18 (1947) 50–60; ties as in E. L. Lehmann, Nonparametrics (1975), 1.2.
 *
 * @returns the p-value; NaN below FEWEST_SAMPLES
 */
export function largerThan(before: readonly number[], after: readonly number[]): number {
  const [n1, n2] = [before.length, after.length];
  if (n1 < FEWEST_SAMPLES || n2 < FEWEST_SAMPLES) return Number.NaN;
  const all = [
    ...before.map((value) => ({ value, after: false })),
    ...after.map((value) => ({ value, after: true })),
  ].sort((a, b) => a.value - b.value);
  const n = n1 + n2;
  let [rankSum, ties] = [0, 0];
  for (let start = 0; start < n; ) {
    let end = start;
    while (end < n && all[end]?.value === all[start]?.value) end += 1;
    const size = end - start;
    const rank = (start + 1 + end) / 2;
    for (let index = start; index < end; index += 1) if (all[index]?.after) rankSum += rank;
    ties += size ** 3 - size;
    start = end;
  }
  const u = rankSum - (n2 * (n2 + 1)) / 2;
  const variance = ((n1 * n2) / 12) * (n + 1 - ties / (n * (n - 1)));
  // Every value the same: nothing is larger.
  if (variance <= 0) return 1;
  return 1 - normalBelow((u - (n1 * n2) / 2 - 0.5) / Math.sqrt(variance));
}

/**
 * One-sided Fisher exact test: how likely `after` shows at least so many errors although its error rate is not higher.
 *
 * Errors are rare: expected counts below five, where a chi-square or z test is wrong. This one is exact for any count:
 * the tail of the hypergeometric distribution, R. A. Fisher, Statistical Methods for Research Workers (1934), §21.02.
 */
export function moreErrors(
  before: { readonly failed: number; readonly total: number },
  after: { readonly failed: number; readonly total: number },
): number {
  const failed = before.failed + after.failed;
  const total = before.total + after.total;
  let tail = 0;
  for (let count = after.failed; count <= Math.min(failed, after.total); count += 1)
    tail += Math.exp(
      logChoose(after.total, count) + logChoose(before.total, failed - count) - logChoose(total, failed),
    );
  return Math.min(1, tail);
}

function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let index = 1; index <= k; index += 1) sum += Math.log(n - k + index) - Math.log(index);
  return sum;
}

/**
 * Which of several p-values count at the given level, so that many comparisons do not make false alarms likelier:
 * S. Holm, Scandinavian Journal of Statistics 6 (1979) 65–70. NaN never counts.
 */
export function significant(values: readonly number[], level: number): boolean[] {
  const order = values
    .map((value, index) => ({ value, index }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => a.value - b.value);
  const counts = values.map(() => false);
  for (const [rank, { value, index }] of order.entries()) {
    if (value > level / (order.length - rank)) break;
    counts[index] = true;
  }
  return counts;
}
