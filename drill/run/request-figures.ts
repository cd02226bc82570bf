import { around, type Figures, figures, type Window } from "../load/figures";
import type { TurnReport } from "./operator";

/** What customers met over a whole drill. Response times are milliseconds, without the maintenance page. */
export interface RequestFigures {
  readonly total: number;
  readonly failed: number;
  /** Saw the maintenance page. */
  readonly maintenance: number;
  /** Saw the maintenance page while business was not stopped; must be none. */
  readonly maintenanceElsewhere: number;
  readonly p50: number;
  readonly p99: number;
  readonly p99Before: number;
  /** The worst of the 10 seconds around each switch. */
  readonly p99Switch: number;
  readonly byRelease: Readonly<Record<string, number>>;
  readonly reasons: readonly string[];
}

export const NO_REQUESTS: RequestFigures = {
  total: 0,
  failed: 0,
  maintenance: 0,
  maintenanceElsewhere: 0,
  p50: 0,
  p99: 0,
  p99Before: 0,
  p99Switch: 0,
  byRelease: {},
  reasons: [],
};

/** Sums up the log of requests beside `ledger`. `upgradeBegan`: what came before it is what others are compared with. */
export async function requestFigures(
  ledger: string,
  turns: readonly TurnReport[],
  upgradeBegan: string | undefined,
  maintenanceElsewhere: number,
): Promise<{ requests: RequestFigures; ordersByRelease: Figures["ordersByRelease"] }> {
  const switches = turns
    .filter((turn) => turn.phase === "live" || turn.phase === "staged")
    .flatMap((turn) => turn.steps.filter(movesCustomers).map((step) => Date.parse(step.finishedAt)));
  const windows: Record<string, Window> = { all: {} };
  if (upgradeBegan !== undefined) windows.before = { to: Date.parse(upgradeBegan) };
  for (const [index, instant] of switches.entries()) windows[`switch-${index}`] = around(instant);
  const found = await figures(ledger, windows);
  const all = found.all as Figures;
  const worst = Math.max(
    0,
    ...Object.entries(found)
      .filter(([name]) => name.startsWith("switch-"))
      .map(([, figure]) => figure.p99),
  );
  return {
    requests: {
      total: all.requests,
      failed: all.failed,
      maintenance: all.maintenance,
      maintenanceElsewhere,
      p50: all.p50,
      p99: all.p99,
      p99Before: found.before?.p99 ?? 0,
      p99Switch: worst,
      byRelease: all.releases,
      reasons: all.reasons,
    },
    ordersByRelease: all.ordersByRelease,
  };
}

/** Rules of the preview host lead nobody but the operator. */
export const movesCustomers = ({ type, name }: TurnReport["steps"][number]): boolean =>
  /listenerRule/i.test(type) && !name.startsWith("preview-");
