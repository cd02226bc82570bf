import type { Logger } from "pino";

/** Something a worker does again and again. */
export interface Task {
  readonly name: string;
  /** Pause after a run that found nothing more to do. */
  readonly intervalMs: number;
  /** One run; true when there is more to do at once. It shall return soon after `signal` is aborted, nothing half done. */
  run(signal: AbortSignal): Promise<boolean>;
}

export interface RunningTasks {
  /** Resolves when no run is under way any more. */
  stop(): Promise<void>;
}

const PAUSE_AFTER_FAILURE_MS = 1_000;

/** Runs tasks side by side. A run that fails is logged and tried again after a pause. */
export function startTasks(tasks: readonly Task[], log: Logger): RunningTasks {
  const stop = new AbortController();
  const loops = tasks.map(async (task) => {
    while (!stop.signal.aborted) {
      let pauseMs = task.intervalMs;
      try {
        if (await task.run(stop.signal)) continue;
      } catch (problem) {
        log.error({ err: problem, task: task.name }, "task failed");
        pauseMs = Math.max(pauseMs, PAUSE_AFTER_FAILURE_MS);
      }
      await pause(pauseMs, stop.signal);
    }
  });
  return {
    async stop() {
      stop.abort();
      await Promise.all(loops);
    },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) return done();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
