/** Reports how far a step is. Lines are throttled, so it may be called for every row. */
export interface Progress {
  /** A new stage of the work; printed at once. */
  say(message: string): void;
  /** How much of a stage is done, in units of the step's choice; printed at most every `interval`. */
  count(message: string, done: number, total?: number): void;
}

export interface ProgressOptions {
  readonly step: string;
  readonly write: (line: string) => void;
  readonly now?: () => number;
  /** Milliseconds between two lines of `count`. Default 1000. */
  readonly interval?: number;
}

/** One JSON object a line: `{"time","step","message","done"?,"total"?,"rate"?,"secondsLeft"?}`. */
export function createProgress({ step, write, now = Date.now, interval = 1000 }: ProgressOptions): Progress {
  const stages = new Map<string, { since: number; from: number; printed: number }>();
  const print = (fields: object): void =>
    write(JSON.stringify({ time: new Date(now()).toISOString(), step, ...fields }));
  return {
    say: (message) => print({ message }),
    count(message, done, total) {
      const at = now();
      let stage = stages.get(message);
      if (stage === undefined) {
        stage = { since: at, from: done, printed: Number.NEGATIVE_INFINITY };
        stages.set(message, stage);
      }
      const finished = total !== undefined && done >= total;
      if (at - stage.printed < interval && !finished) return;
      if (finished) stages.delete(message);
      else stage.printed = at;
      const seconds = (at - stage.since) / 1000;
      const rate = seconds > 0 ? (done - stage.from) / seconds : 0;
      print({
        message,
        done,
        ...(total === undefined ? {} : { total }),
        ...(rate > 0 ? { rate: Math.round(rate) } : {}),
        ...(rate > 0 && total !== undefined ? { secondsLeft: Math.ceil((total - done) / rate) } : {}),
      });
    },
  };
}
