import { randomBytes } from "node:crypto";
import { type Checks, loadChecks } from "../../releases/checks";
import { versionInNames } from "../../releases/manifest";
import { figuresOf, measure } from "../baseline/measure";
import type { JobContext } from "../frame/context";
import { StepProblem } from "../frame/problems";
import { type Check, conclude, type JsonValue, type Step } from "../frame/result";
import { comparePerformance } from "./compare-performance";
import { checkReleaseInvariants } from "./invariants";
import { compareReleases } from "./models";
import { runFlow } from "./run-flow";

/** The release works: its flows, its invariants, its speed, and both models equal while there are two. */
export const verify: Step = async (context) => {
  const { environment, releases, progress } = context;
  const { release } = environment;
  const checks = loadChecks(releases.directory, release);
  const started = context.now().getTime();

  progress.say(`running the flows of ${release}`);
  const flows = await runFlows(context, checks);
  progress.say("checking invariants");
  const { schema } = releases.manifest(release).dataModel;
  const invariants = await checkReleaseInvariants(context, environment.release);
  progress.say("measuring response times");
  const performance = await measureRelease(context, checks, schema);
  progress.say("comparing both data models");
  const models = await compareReleases(context);
  return conclude({
    checks: [...flows, ...invariants, ...performance.checks, ...models.checks],
    passed: `${release} works: ${checks.flows.length} flows, ${invariants.length} invariants and ${performance.checks.length} response times are as they should be`,
    failed: `${release} does not work`,
    figures: {
      flows: checks.flows.length,
      responseTimes: performance.figures,
      models: models.figures,
      seconds: (context.now().getTime() - started) / 1000,
    },
  });
};

async function runFlows(context: JobContext, checks: Checks): Promise<Check[]> {
  const { environment, releases, database, signal, progress } = context;
  const { schema } = releases.manifest(environment.release).dataModel;
  // A name of its own for each run: what an earlier, killed run left behind is in nobody's way.
  const unique = `verification-${versionInNames(environment.release)}-${environment.attempt}-${randomBytes(5).toString("hex")}`;
  return database.withConnection(async (client) => {
    await client.query("SELECT set_config('search_path', $1, false)", [schema]);
    const results: Check[] = [];
    for (const [index, flow] of checks.flows.entries()) {
      results.push(
        ...(await runFlow(flow, {
          client,
          signal,
          base: (module) => baseUrl(context, module),
          release: environment.release,
          unique: `${unique}-${index + 1}`,
        })),
      );
      progress.count("flows", index + 1, checks.flows.length);
    }
    return results;
  });
}

async function measureRelease(
  context: JobContext,
  checks: Checks,
  schema: string,
): Promise<{ checks: Check[]; figures: { [name: string]: JsonValue } }> {
  const limits = context.parameters.verification.performance;
  const baseline = await context.evidence("baseline");
  const measurements = await context.database.withConnection(async (client) => {
    await client.query("SELECT set_config('search_path', $1, false)", [schema]);
    return measure({
      paths: checks.performance,
      base: (module) => baseUrl(context, module),
      samples: limits.samples,
      client,
      signal: context.signal,
    });
  });
  return {
    checks: comparePerformance(
      baseline?.figures.responseTimes as JsonValue | undefined,
      measurements,
      limits,
    ),
    figures: figuresOf(measurements),
  };
}

function baseUrl({ environment }: JobContext, module: string): string {
  const url = environment.moduleUrls.get(module);
  if (url === undefined)
    throw new StepProblem(
      `checks.yaml asks the module ${module}, but MODULE_${module.toUpperCase().replaceAll("-", "_")}_URL is missing`,
    );
  return url;
}
