import type pg from "pg";
import type { Measured } from "../../releases/checks";
import { ask } from "../frame/http";
import { StepProblem } from "../frame/problems";
import type { JsonValue } from "../frame/result";
import { fillText } from "../verify/templates";
import { ascending, quantile } from "./statistics";

/** Response times of one path. */
export interface Measurement {
  readonly name: string;
  readonly path: string;
  /** Milliseconds of the answers that were no error. */
  readonly samples: readonly number[];
  readonly failed: number;
  /** An example of what went wrong. */
  readonly problem?: string;
}

export interface MeasureOptions {
  readonly paths: readonly Measured[];
  /** Base URL of a module. */
  readonly base: (module: string) => string;
  readonly samples: number;
  /** Connection whose search path is the release's schema. */
  readonly client: pg.ClientBase;
  readonly signal: AbortSignal;
  readonly onSample?: (done: number, total: number) => void;
}

/** Not measured: the first requests open connections and fill caches. */
const WARM_UP = 5;

/** Measures every path one request at a time, the paths in turn, so that a passing disturbance hits all of them alike. */
export async function measure(options: MeasureOptions): Promise<Measurement[]> {
  const { paths, base, samples, client, signal } = options;
  const targets = [];
  for (const path of paths) {
    const filled = await fillPath(client, path);
    targets.push({
      name: path.name,
      path: filled,
      url: base(path.module) + filled,
      times: [] as number[],
      failed: 0,
      problem: "",
    });
  }
  for (let round = -WARM_UP; round < samples; round += 1) {
    for (const target of targets) {
      signal.throwIfAborted();
      const answer = await ask({ url: target.url, signal });
      if (answer.status === 0 || answer.status >= 400) {
        target.failed += 1;
        target.problem = answer.problem ?? `status ${answer.status}`;
      } else if (round >= 0) target.times.push(answer.milliseconds);
    }
    if (round >= 0) options.onSample?.((round + 1) * targets.length, samples * targets.length);
  }
  return targets.map(({ name, path, times, failed, problem }) => ({
    name,
    path,
    samples: ascending(times).map((time) => Math.round(time * 1000) / 1000),
    failed,
    ...(problem === "" ? {} : { problem }),
  }));
}

async function fillPath(client: pg.ClientBase, { name, path, query }: Measured): Promise<string> {
  if (query === undefined) return path;
  const { rows } = await client.query<Record<string, unknown>>(query);
  if (rows[0] === undefined) throw new StepProblem(`the query of the measured path ${name} returned no row`);
  return fillText(path, rows[0], encodeURIComponent);
}

/** Percentiles for people and samples for later comparisons. */
export const figuresOf = (measurements: readonly Measurement[]): { [name: string]: JsonValue } =>
  Object.fromEntries(
    measurements.map(({ name, path, samples, failed }) => [
      name,
      {
        path,
        failed,
        p50: quantile(samples, 0.5),
        p95: quantile(samples, 0.95),
        p99: quantile(samples, 0.99),
        samples,
      },
    ]),
  );
