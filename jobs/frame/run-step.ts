import { type JobContext, openReleases } from "./context";
import { type Database, openDatabase } from "./database";
import type { Environment } from "./environment";
import { digestOf, type Evidence, evidenceKey, evidenceKeys, evidenceSchema } from "./evidence";
import type { ObjectStore } from "./object-store";
import type { Parameters } from "./parameters";
import { EnvironmentProblem, messageOf, StepProblem, Stopped } from "./problems";
import { createProgress } from "./progress";
import type { Step, StepResult } from "./result";
import { isTransient, retryTransient } from "./retry";
import { blot } from "./secrets";
import type { StepName } from "./steps";
import { writeEvidence } from "./write-evidence";

export interface RunOptions {
  readonly step: StepName;
  readonly work: Step;
  readonly environment: Environment;
  readonly parameters: Parameters;
  readonly objects: ObjectStore;
  readonly signal: AbortSignal;
  readonly secrets: readonly string[];
  /** Lines of JSON on standard output. */
  readonly write: (line: string) => void;
  readonly now?: () => Date;
  /** Milliseconds between the request to stop and the cutting of connections. Default 5000. */
  readonly patience?: number;
}

/** Runs a step and stores its evidence document. Exit code: 0 when the claim is true, 1 when not. */
export async function runStep(options: RunOptions): Promise<0 | 1> {
  const { step, environment, objects, now = () => new Date() } = options;
  const { bucket, prefix, previous } = environment.evidence;
  const write = (line: string): void => options.write(blot(line, options.secrets));
  const progress = createProgress({ step, write });
  const databases = new Set<Database>();
  const open = (url: string): Database => {
    const database = openDatabase(url, {
      name: `order-upgrade ${step}`,
      signal: options.signal,
      onRetry: (problem) =>
        progress.say(`the database is not available, trying again: ${messageOf(problem)}`),
    });
    databases.add(database);
    return database;
  };
  const cutLater = (): void => {
    setTimeout(() => {
      for (const database of databases) void database.close("now");
    }, options.patience ?? 5000).unref();
  };
  options.signal.addEventListener("abort", cutLater, { once: true });

  const read = async (name: StepName): Promise<{ document: Evidence; digest: string } | undefined> => {
    for (const key of evidenceKeys(prefix, environment.attempt, name)) {
      const bytes = await objects.get({ bucket, key });
      if (bytes !== undefined) return parseEvidence(name, bytes, environment);
    }
    return undefined;
  };
  const startedAt = now();
  let chain: string | null = null;
  let result: StepResult;
  try {
    chain = previous === undefined ? null : await digestOfPrevious(previous, read);
    const context: JobContext = {
      step,
      environment,
      parameters: options.parameters,
      releases: openReleases(environment.releasesDirectory),
      database: open(environment.databaseUrl),
      openDatabase: open,
      objects,
      evidence: async (name) => (await read(name))?.document,
      evidenceDigest: async (name) => (await read(name))?.digest,
      progress,
      signal: options.signal,
      now,
    };
    result = await options.work(context);
  } catch (problem) {
    if (problem instanceof EnvironmentProblem) throw problem;
    result = failure(options.signal.aborted ? new Stopped() : problem);
    if (isDefect(problem) && !options.signal.aborted)
      write(JSON.stringify({ step, stack: (problem as Error).stack }));
  } finally {
    options.signal.removeEventListener("abort", cutLater);
  }
  await Promise.all(
    [...databases].map((database) => database.close(options.signal.aborted ? "now" : "politely")),
  );
  const bytes = writeEvidence(
    { step, stack: environment.stack, release: environment.release, attempt: environment.attempt },
    result,
    { startedAt, finishedAt: now() },
    chain,
    options.secrets,
  );
  await retryTransient(() =>
    objects.put({ bucket, key: evidenceKey(prefix, step) }, bytes, { contentType: "application/json" }),
  );
  for (const check of result.checks.filter((one) => !one.holds))
    progress.say(`${check.name} does not hold${check.detail === undefined ? "" : `: ${check.detail}`}`);
  progress.say(`${result.verdict}: ${result.summary} (evidence ${digestOf(bytes)})`);
  return result.verdict === "passed" ? 0 : 1;
}

async function digestOfPrevious(
  name: StepName,
  read: (name: StepName) => Promise<{ document: Evidence; digest: string } | undefined>,
): Promise<string> {
  const found = await read(name);
  if (found === undefined)
    throw new StepProblem(`the evidence of ${name} is missing; run ${name} first, this step builds on it`);
  if (found.document.verdict !== "passed")
    throw new StepProblem(
      `${name} did not pass, and this step builds on it; repair what its evidence names and run it again`,
    );
  return found.digest;
}

function parseEvidence(name: StepName, bytes: Buffer, environment: Environment) {
  const damaged = (why: string): StepProblem =>
    new StepProblem(`the evidence of ${name} is not usable: ${why}; run ${name} again`);
  let content: unknown;
  try {
    content = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw damaged("it is not JSON");
  }
  const parsed = evidenceSchema.safeParse(content);
  if (!parsed.success)
    throw damaged(parsed.error.issues.map((one) => `${one.path.join(".")} ${one.message}`).join("; "));
  const { stack, step } = parsed.data;
  if (step !== name) throw damaged(`it is about the step ${step}`);
  if (stack !== environment.stack) throw damaged(`it is about the stack ${stack}`);
  return { document: parsed.data, digest: digestOf(bytes) };
}

function failure(problem: unknown): StepResult {
  const message = messageOf(problem);
  return {
    verdict: "failed",
    summary: message,
    checks: [{ name: "step-finished", holds: false, detail: message }],
    figures: {},
    inputs: {},
  };
}

/** A mistake in this program rather than in the world it looks at. */
const isDefect = (problem: unknown): boolean =>
  problem instanceof Error &&
  !(problem instanceof StepProblem) &&
  !isTransient(problem) &&
  problem.stack !== "";
