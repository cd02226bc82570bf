import path from "node:path";
import { loadRelease } from "../../releases/load";
import { type AuditResult, audit } from "../load/audit";
import { NOTHING_SEEN, type ObservedStops, observeStops, resumed, stretchesOf } from "./business-stops";
import { type Substance, substanceOf } from "./executed";
import type { CommandReport, TurnReport } from "./operator";
import { NO_REQUESTS, type RequestFigures, requestFigures } from "./request-figures";
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
  readonly requests: RequestFigures;
  /** Each time business was stopped on purpose; none with blue-green. */
  readonly stops: ObservedStops["stops"];
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
  /** What the cloud ran, and what it only checked and kept. */
  readonly resources: Substance;
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
  const turns = turnsOf(done);
  const ledger = ledgerFile(site.workspace);
  const observed =
    audited === null ? NOTHING_SEEN : await observeStops(ledger, stretchesOf(turns, site.options.strategy));
  const traffic =
    audited === null
      ? undefined
      : await requestFigures(ledger, turns, done.prepared?.startedAt, observed.elsewhere);
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
    observed.elsewhere === 0 &&
    observed.stops.every(resumed) &&
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
    requests: traffic?.requests ?? NO_REQUESTS,
    stops: observed.stops,
    phases: Object.entries(done).map(([name, { seconds, failed }]) => ({
      name,
      seconds,
      verdict: failed === undefined ? "passed" : "failed",
    })),
    rollback: { ordersKept: traffic?.ordersByRelease[site.options.to] ?? 0, ordersLost: orders.lost },
    migration: {
      rows: migrate.rows ?? 0,
      merged: migrate.merged ?? 0,
      quarantined: migrate.quarantined ?? 0,
      seconds: migrate.seconds ?? 0,
      different: migrate.different ?? 0,
    },
    invariants,
    resources: substanceOf(turns, await site.kinds()),
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

const turnsOf = (done: Readonly<Record<string, Done>>): TurnReport[] =>
  Object.values(done).flatMap((stage) => (stage.result as CommandReport | undefined)?.phases ?? []);

const engineOf = (done: Readonly<Record<string, Done>>): DrillResult["engine"] => {
  for (const stage of Object.values(done)) {
    const engine = (stage.result as CommandReport | undefined)?.engine;
    if (engine !== undefined) return engine;
  }
  return null;
};
