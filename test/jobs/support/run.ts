import path from "node:path";
import { type Environment, readEnvironment } from "../../../jobs/frame/environment";
import type { Evidence } from "../../../jobs/frame/evidence";
import { type Parameters, parametersSchema } from "../../../jobs/frame/parameters";
import type { Step } from "../../../jobs/frame/result";
import { runStep } from "../../../jobs/frame/run-step";
import { secretsOf } from "../../../jobs/frame/secrets";
import type { StepName } from "../../../jobs/frame/steps";
import type { ObjectStorage } from "./object-storage";

export const RELEASES = path.join(__dirname, "..", "..", "..", "releases");

export interface Trial {
  readonly step: StepName;
  readonly work: Step;
  readonly storage: ObjectStorage;
  readonly variables?: Record<string, string>;
  readonly parameters?: object;
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
  readonly patience?: number;
}

/** Runs a step as the dispatcher does, against given servers, and reads its evidence back. */
export async function tryStep(
  trial: Trial,
): Promise<{ code: number; evidence: Evidence; lines: string[]; bytes: Buffer }> {
  const variables: Record<string, string> = { ...SURROUNDINGS, ...trial.variables };
  const environment: Environment = readEnvironment(trial.step, variables);
  const parameters: Parameters = parametersSchema.parse(trial.parameters ?? {});
  const objects = trial.storage.store();
  const lines: string[] = [];
  try {
    const code = await runStep({
      step: trial.step,
      work: trial.work,
      environment,
      parameters,
      objects,
      signal: trial.signal ?? new AbortController().signal,
      secrets: secretsOf(variables),
      write: (line) => lines.push(line),
      ...(trial.now === undefined ? {} : { now: trial.now }),
      ...(trial.patience === undefined ? {} : { patience: trial.patience }),
    });
    const bytes = trial.storage.objects.get(
      `${environment.evidence.bucket}/${environment.evidence.prefix}/${trial.step}.json`,
    );
    if (bytes === undefined) throw new Error("the step left no evidence");
    return { code, evidence: JSON.parse(bytes.toString("utf8")) as Evidence, lines, bytes };
  } finally {
    objects.close();
  }
}

export const SURROUNDINGS = {
  STACK: "test",
  RELEASE_CURRENT: "3.2.0",
  RELEASE_NEXT: "4.0.0",
  RELEASE: "4.0.0",
  ATTEMPT: "1",
  RELEASES_DIRECTORY: RELEASES,
  DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
  EVIDENCE_BUCKET: "evidence",
  EVIDENCE_PREFIX: "test/4.0.0/1",
};

export const holding = (evidence: Evidence, name: string): boolean | undefined =>
  evidence.checks.find((check) => check.name === name)?.holds;
