import { writeFileSync } from "node:fs";
import { profileOf } from "../access";
import { conclude, type DrillResult } from "../conclusion";
import type { DrillOptions } from "../options";
import { Site } from "../site";
import { makeStack } from "../stack";
import { setParameters, writeStackFile } from "../stack-file";
import { type Stage, StageFailed, stagesOf } from "../stages";
import { walk } from "../walk";
import type { Progress } from "../workspace";
import { World } from "../world";
import { PROMOTE, promotionArguments, type RefusalReport, tryRefusals } from "./refusals";
import type { SharedWorkspace } from "./shared-workspace";

/** What came of a rehearsed promotion: the contract of `npm start -- --promote --json FILE`, version 1. */
export interface PromotionResult {
  readonly version: 1;
  readonly verdict: "passed" | "failed";
  readonly problem: string | null;
  readonly staging: DrillResult | null;
  readonly production: DrillResult | null;
  /** Promotions that must not happen. */
  readonly refusals: readonly RefusalReport[];
  readonly seconds: number;
}

type Print = (line: string) => void;

const OPENING = ["steady", "generate", "traffic"];

/** One stack with its cloud, from nothing. */
export class Rehearsed {
  readonly site: Site;
  progress: Progress;

  private constructor(
    readonly workspace: SharedWorkspace,
    options: DrillOptions,
    readonly world: World,
    print: Print,
    private readonly signal: AbortSignal,
  ) {
    this.site = new Site(workspace, options, world, print, signal);
    this.progress = { options, startedAt: new Date().toISOString(), done: {} };
  }

  static async open(
    workspace: SharedWorkspace,
    options: DrillOptions,
    print: Print,
    signal: AbortSignal,
  ): Promise<Rehearsed> {
    const world = await World.start(workspace, options.seed);
    writeStackFile(workspace, options, world);
    await makeStack(workspace, options.stack, options.engine);
    return new Rehearsed(workspace, options, world, print, signal);
  }

  /** Goes through these stages; throws what stopped it. */
  async walk(...names: readonly string[]): Promise<void> {
    const stages: Stage[] = stagesOf(this.site.options.strategy).filter(({ name }) => names.includes(name));
    const { progress, failure } = await walk(this.site, this.progress, this.signal, stages);
    this.progress = progress;
    if (failure !== undefined) throw failure;
    this.signal.throwIfAborted();
  }

  conclude = (): Promise<DrillResult> => conclude(this.site, this.progress, undefined);

  async stop(): Promise<void> {
    await this.site.traffic?.stop();
    await this.world.stop();
  }
}

/** Staging from nothing to live, then production from nothing to complete on what staging proved. */
export async function rehearsePromotion(
  staging: Rehearsed,
  production: Rehearsed,
): Promise<{
  readonly staging: DrillResult;
  readonly production: DrillResult;
  readonly refusals: readonly RefusalReport[];
}> {
  fitProduction(production);
  // Production stands and sells before anything is promoted; it is made while staging waits for its Jobs.
  await Promise.all([
    staging.walk(...OPENING, "prepared", "migrated", "staged", "live"),
    production.walk(...OPENING, "prepared"),
  ]);
  const proved = await staging.conclude();
  const profiles = production.workspace.profiles;
  writeFileSync(
    profiles,
    [profileOf("staging", staging.world.cloud), profileOf("production", production.world.cloud)].join("\n"),
    { mode: 0o600 },
  );
  Object.assign(production.site.operator.environment, {
    AWS_CONFIG_FILE: profiles,
    AWS_SHARED_CREDENTIALS_FILE: profiles,
  });
  const refusals = [await withoutRecord(production), ...(await tryRefusals(staging.site, production.site))];
  production.site.print("\n▶ promotion of what staging proved");
  const promoted = await production.site.operator.type(...PROMOTE, ...promotionArguments(staging.site));
  if (promoted.exitCode !== 0)
    throw new StageFailed(promoted.problems?.join("\n") || "the promotion was refused");
  refusals.push(await changedAfterwards(production));
  await production.walk("migrated", "staged", "live", "complete");
  return { staging: proved, production: await production.conclude(), refusals };
}

/** What a rehearsal does otherwise than production itself: any hour will do, and the people are made up. */
const fitProduction = ({ workspace }: Rehearsed): void =>
  setParameters(workspace, {
    "change.windows": [],
    "change.freezes": [],
    "change.ticket": "REHEARSAL-1",
    "change.approver": "release-board",
  });

/** Production's own program and packs refuse to change data for a release that nobody promoted. */
const withoutRecord = (production: Rehearsed): Promise<RefusalReport> =>
  turnRefused(production, "without", "no promotion at all", /no promotion record/);

/** A promotion stands for parameters as they were. */
async function changedAfterwards(production: Rehearsed): Promise<RefusalReport> {
  const { workspace } = production;
  setParameters(workspace, { "migration.chunkRows": 7777 });
  const report = await turnRefused(
    production,
    "changed-afterwards",
    "a parameter changed after the promotion",
    /parameter was changed since the promotion|about other parameters/,
  );
  setParameters(workspace, { "migration.chunkRows": 5000 });
  return report;
}

async function turnRefused(
  { site, workspace }: Rehearsed,
  name: string,
  what: string,
  reason: RegExp,
): Promise<RefusalReport> {
  site.print(`\n▶ production with ${what}: must refuse`);
  const { exitCode, phases, problems = [] } = await site.operator.type("run", "--to", "migrated");
  const told = [...phases.flatMap((phase) => phase.problems), ...problems].join("\n");
  // Nothing was changed; the dial goes back where it was.
  setParameters(workspace, { phase: "prepared" });
  return { name, what, refused: exitCode === 1 && reason.test(told), reason: told };
}
