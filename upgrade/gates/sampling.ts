import { FEWEST_SAMPLES } from "./statistics";

/** What a release answered to customers' requests, path by path. */
export interface ReleaseSamples {
  /** Milliseconds of answers that were no error, by path. */
  readonly times: Readonly<Record<string, readonly number[]>>;
  readonly total: number;
  readonly failed: number;
  /** An example of what went wrong. */
  readonly problem: string | undefined;
}

export type Samples = Readonly<Record<string, ReleaseSamples>>;

export interface SamplingOptions {
  /** Public address, without a slash at its end. */
  readonly address: string;
  readonly paths: readonly string[];
  /** Requests wanted of each of these releases. */
  readonly wanted: number;
  readonly releases: readonly string[];
  /** Milliseconds after which a request counts as failed. */
  readonly timeout?: number;
}

/** At small weights the next release is met seldom; this many times the wanted number is asked at most, and this long. */
const PATIENCE = 100;
const LONGEST_SECONDS = 60;
const PARALLEL = 4;
/** Errors that name no release are nobody's in particular. */
export const NOBODY = "";

/**
 * Asks the public address as customers do, and sorts the answers by the release that gave them. Both
 * releases are measured in the same minute from the same place, so that whatever else goes on hits both alike.
 */
export async function sample(options: SamplingOptions): Promise<Samples> {
  const { address, paths, wanted, releases, timeout = 10_000 } = options;
  const collected = new Map<
    string,
    { times: Record<string, number[]>; total: number; failed: number; problem?: string }
  >();
  const of = (release: string) => {
    const known = collected.get(release) ?? { times: {}, total: 0, failed: 0 };
    collected.set(release, known);
    return known;
  };
  const enough = (): boolean =>
    releases.every((release) => {
      const figures = collected.get(release);
      // Errors have no time: a path that only fails is not waited for.
      return (
        figures !== undefined &&
        figures.total >= wanted &&
        (figures.failed > 0 || paths.every((path) => (figures.times[path]?.length ?? 0) >= FEWEST_SAMPLES))
      );
    });
  const most = wanted * PATIENCE;
  const until = performance.now() + LONGEST_SECONDS * 1000;
  let asked = 0;
  const worker = async (): Promise<void> => {
    while (asked < most && performance.now() < until && !enough()) {
      // By chance, not in turn: a load balancer that deals in turn as well would show a release only some of the paths.
      const path = paths[Math.floor(Math.random() * paths.length)] ?? "/";
      asked += 1;
      const began = performance.now();
      try {
        const answer = await fetch(address + path, {
          redirect: "manual",
          signal: AbortSignal.timeout(timeout),
          headers: { "user-agent": "order-upgrade" },
        });
        await answer.arrayBuffer();
        const figures = of(answer.headers.get("x-release") ?? NOBODY);
        figures.total += 1;
        if (answer.status >= 500) {
          figures.failed += 1;
          figures.problem = `${path}: status ${answer.status}`;
        } else figures.times[path] = [...(figures.times[path] ?? []), performance.now() - began];
      } catch (problem) {
        const figures = of(NOBODY);
        figures.total += 1;
        figures.failed += 1;
        figures.problem = `${path}: ${causeOf(problem)}`;
        // Nobody answers: there is nothing to wait for.
        if (figures.failed >= wanted) return;
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return Object.fromEntries(
    [...collected].map(([release, { times, total, failed, problem }]) => [
      release,
      { times, total, failed, problem },
    ]),
  );
}

function causeOf(problem: unknown): string {
  const { cause, message } = problem as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}
