import type { MigrationFigures } from "../figures";

export interface Prediction {
  readonly rows: number;
  readonly loadSeconds: number;
  readonly compareSeconds: number;
  readonly bytes: number;
  /** What to give the Job as its deadline: twice the prediction, as production is busier than a rehearsal. */
  readonly timeLimitSeconds: number;
}

/** Below this a rehearsal says little about rates: start-up outweighs the work. */
export const ENOUGH_ROWS = 10_000;

/**
 * What the migration will take in production, from a rehearsal: the work grows with the rows, as chunks cost the same
 * whatever lies behind them.
 */
export function predict(figures: MigrationFigures, rows: number): Prediction | undefined {
  if (figures.rows < ENOUGH_ROWS || figures.loadSeconds <= 0) return undefined;
  const scale = rows / figures.rows;
  const loadSeconds = Math.ceil(figures.loadSeconds * scale);
  const compareSeconds = Math.ceil(figures.compareSeconds * scale);
  const others = Math.max(0, figures.seconds - figures.loadSeconds - figures.compareSeconds);
  return {
    rows,
    loadSeconds,
    compareSeconds,
    bytes: Math.ceil(figures.databaseBytes * scale),
    timeLimitSeconds: Math.ceil(2 * (loadSeconds + compareSeconds + others * Math.max(1, scale))),
  };
}
