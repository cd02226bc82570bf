import { setTimeout as sleep } from "node:timers/promises";
import { loadChecks } from "../../releases/checks";
import { ReleaseProblem } from "../../releases/load";
import type { JobContext } from "../frame/context";
import { digestOf } from "../frame/evidence";
import { StepProblem } from "../frame/problems";
import { type Check, conclude, type Step } from "../frame/result";
import { checkBusiness } from "./business-state";
import { checkCompatibility } from "./compatibility";
import { checkDatabase } from "./database-state";
import { checkMaterials } from "./materials";
import { checkNetworkPaths } from "./network-paths";
import { checkNode } from "./node-state";

const LOOPBACK = /^(127\.|localhost$|\[?::1)/;

/** Environment, business, materials and compatibility allow the upgrade. Looks at everything, changes nothing. */
export const precheck: Step = async (context) => {
  const { environment, releases, progress } = context;
  const nextVersion = environment.nextRelease;
  if (nextVersion === undefined)
    throw new StepProblem("RELEASE_NEXT is missing; there is nothing to upgrade to");
  const current = releases.manifest(environment.currentRelease);

  progress.say(`checking the materials of ${nextVersion}`);
  const { checks: materials, manifest: next } = checkMaterials(context, nextVersion);
  const readable = [environment.currentRelease, nextVersion].map((version) => checkChecks(context, version));
  const compatibility = next === undefined ? [] : checkCompatibility(current, next);
  progress.say("checking network paths");
  const network = await checkNetworkPaths(next ?? current, context.parameters.business);
  const node = await checkNode();
  progress.say("checking the database and the business");
  const database = await untilCalm(context, () =>
    checkDatabaseAndBusiness(context, current.dataModel.schema, readable[0]?.holds === true),
  );
  return conclude({
    checks: [...materials, ...readable, ...compatibility, ...node, ...network, ...database.checks],
    passed: `nothing stands in the way of the upgrade from ${current.version} to ${nextVersion}`,
    failed: `the upgrade from ${current.version} to ${nextVersion} cannot begin`,
    figures: { transactionHorizon: database.horizon, database: database.figures },
    inputs: next === undefined ? {} : { manifest: digestOf(releases.read(nextVersion, "manifest.yaml")) },
  });
};

/** Seconds for which a disturbance may pass by itself: a burst of orders, a report, a queue that is being worked off. */
const PATIENCE = 30;
const PAUSE = 2;

async function untilCalm<Found extends { readonly checks: readonly Check[] }>(
  { now, progress, signal }: JobContext,
  look: () => Promise<Found>,
): Promise<Found> {
  const started = now().getTime();
  for (;;) {
    const found = await look();
    const broken = found.checks.filter(({ holds }) => !holds).map(({ name }) => name);
    // Only what moves by itself is worth waiting for.
    const moving = broken.length > 0 && broken.every((name) => MOVING.test(name));
    if (!moving || now().getTime() - started >= PATIENCE * 1000) return found;
    progress.say(`waiting for ${broken.join(", ")} to settle`);
    await sleep(PAUSE * 1000, undefined, { signal });
  }
}

const MOVING = /^(business-|free-connections$|long-transactions$|lock-waits$|replication-lag$)/;

function checkChecks({ releases }: JobContext, version: string): Check {
  const name = `checks-${version.replaceAll(".", "-")}`;
  try {
    const { flows, invariants } = loadChecks(releases.directory, version);
    return { name, holds: true, value: { flows: flows.length, invariants: invariants.length } };
  } catch (problem) {
    if (!(problem instanceof ReleaseProblem)) throw problem;
    return { name, holds: false, detail: problem.message };
  }
}

async function checkDatabaseAndBusiness(
  { environment, parameters, releases, database }: JobContext,
  schema: string,
  asks: boolean,
) {
  const limits = parameters.verification;
  const development = LOOPBACK.test(new URL(environment.databaseUrl).hostname);
  return database.withConnection(async (client) => {
    await client.query("SELECT set_config('search_path', $1, false)", [schema]);
    const state = await checkDatabase(
      client,
      schema,
      { ...limits, databaseStorage: limits.databaseStorage },
      development,
    );
    const business = asks
      ? await checkBusiness(
          client,
          loadChecks(releases.directory, environment.currentRelease).business,
          parameters.business.orderTimeLimit,
        )
      : [];
    return { ...state, checks: [...state.checks, ...business] };
  });
}
