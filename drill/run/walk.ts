import type { Site } from "./site";
import { type Stage, StageFailed, stagesOf } from "./stages";
import type { Progress } from "./workspace";

/** How far a drill came, and what stopped it. */
export interface Walked {
  readonly progress: Progress;
  readonly failure: StageFailed | undefined;
}

/** Goes through the stages that are not done yet. What is done is kept at once, so that a killed drill goes on there. */
export async function walk(
  site: Site,
  from: Progress,
  signal: AbortSignal,
  stages: readonly Stage[] = stagesOf(site.options.strategy),
): Promise<Walked> {
  let progress = from;
  for (const stage of stages) {
    if (stage.name in progress.done) continue;
    if (signal.aborted) break;
    const began = Date.now();
    const finished = (outcome: object): Progress => {
      const timed = {
        seconds: (Date.now() - began) / 1000,
        startedAt: new Date(began).toISOString(),
        ...outcome,
      };
      return { ...progress, done: { ...progress.done, [stage.name]: timed } };
    };
    site.print(`\n▶ ${stage.name}: ${stage.title}${pulseOf(site)}`);
    try {
      progress = finished({ result: await stage.run(site) });
      site.workspace.writeProgress(progress);
    } catch (problem) {
      if (!(problem instanceof StageFailed)) throw problem;
      // Not written down: a drill that is continued tries this stage again.
      return { progress: finished({ failed: problem.message, result: problem.report }), failure: problem };
    }
  }
  return { progress, failure: undefined };
}

function pulseOf(site: Site): string {
  const pulse = site.traffic?.pulse;
  return pulse === undefined
    ? ""
    : `  (${pulse.requests} requests so far, ${pulse.failed} failed, p99 ${Math.round(pulse.p99)} ms)`;
}
