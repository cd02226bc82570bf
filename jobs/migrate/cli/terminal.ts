import { createProgress, type Progress } from "../../frame/progress";

export interface Terminal extends Progress {
  /** Leaves the line that is being rewritten. */
  end(): void;
}

/** Progress for a person: one line that is rewritten in a terminal, one line a second elsewhere. */
export function createTerminal(stream: NodeJS.WriteStream): Terminal {
  let rewriting = false;
  const clear = (): void => {
    if (rewriting) stream.write("\r\x1b[K");
    rewriting = false;
  };
  const progress = createProgress({
    step: "migrate",
    interval: stream.isTTY ? 100 : 1000,
    write(line) {
      const entry = JSON.parse(line) as {
        message: string;
        done?: number;
        total?: number;
        rate?: number;
        secondsLeft?: number;
      };
      const parts = [entry.message];
      if (entry.done !== undefined)
        parts.push(`${entry.done}${entry.total === undefined ? "" : ` of ${entry.total}`} rows`);
      if (entry.rate !== undefined) parts.push(`${entry.rate} rows/s`);
      if (entry.secondsLeft !== undefined) parts.push(`${entry.secondsLeft} s left`);
      clear();
      const text = parts.join(", ");
      if (stream.isTTY && entry.done !== undefined) {
        stream.write(text);
        rewriting = true;
      } else stream.write(`${text}\n`);
    },
  });
  return { ...progress, end: clear };
}
