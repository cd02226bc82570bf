import type { Parameters } from "../../infra/parameters";
import { seconds } from "../../infra/units";
import { type Finding, failed, passed, unknown } from "./finding";
import type { ReleaseSamples, Samples } from "./sampling";
import { NOBODY } from "./sampling";
import { FEWEST_SAMPLES, largerThan, moreErrors, significant } from "./statistics";

const BACK =
  "go back with order-upgrade rollback, then look at the release's logs and at the report of verify.";

/**
 * Whether the next release fails more often than the one in use: Fisher's exact test, see statistics.ts. Failures that no
 * release answered for (no target, no connection) count against the next one, for it is what changed.
 */
export function judgeErrors(
  samples: Samples,
  control: ReleaseSamples,
  next: string,
  { gates }: Parameters,
): Finding {
  const [own, nobody] = [samples[next], samples[NOBODY]];
  const after = {
    failed: (own?.failed ?? 0) + (nobody?.failed ?? 0),
    total: (own?.total ?? 0) + (nobody?.total ?? 0),
  };
  if (after.total < FEWEST_SAMPLES)
    return unknown(
      "errors",
      `only ${after.total} answers of ${next} were seen.`,
      "see whether the public address serves it; raise gates.requests.",
    );
  const share = after.failed / after.total;
  const likely = moreErrors(control, after);
  const detail = `${after.failed} of ${after.total} requests failed, before ${control.failed} of ${control.total} (Fisher exact, p = ${likely.toPrecision(2)})`;
  const example = own?.problem ?? nobody?.problem;
  return share > gates.errorShare && likely < 1 - gates.confidence
    ? failed("errors", `${detail}${example === undefined ? "" : `, such as ${example}`}.`, BACK)
    : passed("errors", `${detail}.`);
}

/**
 * Whether the next release answers more slowly than is tolerated: Mann–Whitney U on each path, see statistics.ts. What is
 * tested is "slower than tolerance × the figures before, plus nothing below the floor": the times before are stretched by
 * the tolerance, or moved by the floor where that is more, and the new ones must not be larger than those.
 */
export function judgeLatency(
  samples: Samples,
  control: ReleaseSamples,
  next: string,
  { gates, verification }: Parameters,
): Finding {
  const { tolerance, floor } = verification.performance;
  const paths = Object.keys(samples[next]?.times ?? {});
  const compared = paths.flatMap((path) => {
    const [before, after] = [control.times[path] ?? [], samples[next]?.times[path] ?? []];
    const allowed = before.map((time) => Math.max(time * tolerance, time + seconds(floor) * 1000));
    const likely = largerThan(allowed, after);
    return Number.isNaN(likely) ? [] : [{ path, likely, before: median(before), after: median(after) }];
  });
  if (compared.length === 0)
    return unknown(
      "latency",
      `there are not ${FEWEST_SAMPLES} answers of ${next} and of the release before to any path.`,
      "raise gates.requests, or begin with a larger share in edge.canary.",
    );
  const slow = significant(
    compared.map(({ likely }) => likely),
    1 - gates.confidence,
  );
  const told = (one: (typeof compared)[number]): string =>
    `${one.path} ${one.before.toFixed(1)} → ${one.after.toFixed(1)} ms (p = ${one.likely.toPrecision(2)})`;
  const slower = compared.filter((_, index) => slow[index]);
  return slower.length > 0
    ? failed(
        "latency",
        `slower than ${tolerance} times the figures before: ${slower.map(told).join("; ")} (Mann–Whitney U).`,
        BACK,
      )
    : passed("latency", `${compared.map(told).join("; ")} (Mann–Whitney U, medians).`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
