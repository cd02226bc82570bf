import path from "node:path";
import { loadRelease } from "../../releases/load";
import { type AuditResult, audit } from "../load/audit";
import { around, type Figures, figures } from "../load/figures";
import type { CommandReport, TurnReport } from "./operator";
import type { Site, Stocked } from "./site";
import type { StageFailed } from "./stages";
import { ledgerFile } from "./traffic";
import type { Progress } from "./workspace";

/** What came of a drill: the contract of `npm start -- --json FILE`, version 1. */
export interface DrillResult {
  readonly version: 1;
  readonly verdict: "passed" | "failed";
  readonly problem: string | null;
  readonly engine: { readonly kind: string; readonly version: string } | null;
  readonly stack: string;
  readonly releases: { readonly from: string; readonly to: string };
  readonly orders: {
    readonly before: number;
    readonly acknowledged: number;
    readonly lost: number;
    readonly doubled: number;
    readonly altered: number;
  };
  readonly requests: {
    readonly total: number;
    readonly failed: number;
    readonly maintenance: number;
    readonly p50: number;
    readonly p99: number;
    readonly p99Before: number;
    readonly p99Switch: number;
    readonly byRelease: Readonly<Record<string, number>>;
    readonly reasons: readonly string[];
  };
  readonly phases: readonly {
    readonly name: string;
    readonly seconds: number;
    readonly verdict: "passed" | "failed";
  }[];
  readonly rollback: { readonly ordersKept: number; readonly ordersLost: number };
  readonly migration: {
    readonly rows: number;
    readonly merged: number;
    readonly quarantined: number;
    readonly seconds: number;
    readonly different: number;
  };
  readonly invariants: readonly { readonly name: string; readonly holds: boolean }[];
  readonly seconds: number;
  readonly audit: AuditResult | null;
}

interface Done {
  readonly seconds: number;
  readonly startedAt: string;
  readonly failed?: string;
  readonly result?: unknown;
}

/** Ends the traffic, compares its ledger with the database, and sums up. */
export async function conclude(
  site: Site,
  progress: Progress,
  failure: StageFailed | undefined,
): Promise<DrillResult> {
  const done = progress.done as Readonly<Record<string, Done>>;
  if (failure !== undefined) await site.traffic?.settled((site.traffic.pulse?.requests ?? 0) + 300);
  await site.traffic?.stop();
  const generated = done.generate?.result as Stocked | undefined;
  const audited =
    generated === undefined || site.traffic === undefined
      ? null
      : await audit({
          databaseUrl: await site.databaseUrl(),
          ledger: ledgerFile(site.workspace),
          ...modelsInService(site, done),
          census: generated.census,
          others: (email) => email.endsWith("@verification.invalid"),
        });
  const traffic = audited === null ? undefined : await requestFigures(site, done);
  const documents = await site.evidence();
  const migrate = documents.migrate?.figures ?? {};
  const invariants = Object.values(documents).flatMap((document) =>
    document.checks
      .filter((check) => /invariant/.test(check.name))
      .map(({ name, holds }) => ({ name: `${document.step}: ${name}`, holds })),
  );
  const orders = {
    before: generated?.orders ?? 0,
    acknowledged: audited?.acknowledged ?? 0,
    lost: audited?.lost ?? 0,
    doubled: audited?.doubled ?? 0,
    altered: audited?.altered ?? 0,
  };
  const sound =
    audited?.verdict === "passed" &&
    traffic?.requests.failed === 0 &&
    (migrate.different ?? 0) === 0 &&
    invariants.every((one) => one.holds);
  return {
    version: 1,
    verdict: failure === undefined && sound ? "passed" : "failed",
    problem: failure?.message ?? (sound ? null : "the audit or the figures do not hold"),
    engine: engineOf(done),
    stack: site.options.stack,
    releases: { from: site.options.from, to: site.options.to },
    orders,
    requests: traffic?.requests ?? {
      total: 0,
      failed: 0,
      maintenance: 0,
      p50: 0,
      p99: 0,
      p99Before: 0,
      p99Switch: 0,
      byRelease: {},
      reasons: [],
    },
    phases: Object.entries(done).map(([name, { seconds, failed }]) => ({
      name,
      seconds,
      verdict: failed === undefined ? "passed" : "failed",
    })),
    rollback: { ordersKept: traffic?.ordersOnNew ?? 0, ordersLost: orders.lost },
    migration: {
      rows: migrate.rows ?? 0,
      merged: migrate.merged ?? 0,
      quarantined: migrate.quarantined ?? 0,
      seconds: migrate.seconds ?? 0,
      different: migrate.different ?? 0,
    },
    invariants,
    seconds: (Date.now() - Date.parse(progress.startedAt)) / 1000,
    audit: audited,
  };
}

/** A data model that is still being filled proves nothing: before `migrated` holds, only the old one counts. */
function modelsInService(
  { options, workspace }: Site,
  done: Readonly<Record<string, Done>>,
): { models?: string[] } {
  const migrated = done.migrated !== undefined && done.migrated.failed === undefined;
  return migrated
    ? {}
    : { models: [loadRelease(path.join(workspace.root, "releases"), options.from).dataModel.schema] };
}

async function requestFigures(
  site: Site,
  done: Readonly<Record<string, Done>>,
): Promise<{ requests: DrillResult["requests"]; ordersOnNew: number }> {
  const switches = turnsOf(done)
    .filter((turn) => turn.phase === "live" || turn.phase === "staged")
    .flatMap((turn) => turn.steps.filter(movesCustomers).map((step) => Date.parse(step.finishedAt)));
  const windows: Record<string, { from?: number; to?: number }> = { all: {} };
  const began = done.prepared?.startedAt;
  if (began !== undefined) windows.before = { to: Date.parse(began) };
  for (const [index, instant] of switches.entries()) windows[`switch-${index}`] = around(instant);
  const found = await figures(ledgerFile(site.workspace), windows);
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
      p50: all.p50,
      p99: all.p99,
      p99Before: found.before?.p99 ?? 0,
      p99Switch: worst,
      byRelease: all.releases,
      reasons: all.reasons,
    },
    ordersOnNew: all.ordersByRelease[site.options.to] ?? 0,
  };
}

/** Rules of the preview host lead nobody but the operator. */
const movesCustomers = ({ type, name }: TurnReport["steps"][number]): boolean =>
  /listenerRule/i.test(type) && !name.startsWith("preview-");

const turnsOf = (done: Readonly<Record<string, Done>>): TurnReport[] =>
  Object.values(done).flatMap((stage) => (stage.result as CommandReport | undefined)?.phases ?? []);

const engineOf = (done: Readonly<Record<string, Done>>): DrillResult["engine"] => {
  for (const stage of Object.values(done)) {
    const engine = (stage.result as CommandReport | undefined)?.engine;
    if (engine !== undefined) return engine;
  }
  return null;
};
