import { readEnvironment } from "./environment";
import { readParameters } from "./parameters";
import { EnvironmentProblem, messageOf } from "./problems";
import type { Step } from "./result";
import { blot, secretsOf } from "./secrets";
import { isStep, STEPS, type StepName } from "./steps";

type Registry = Readonly<Partial<Record<StepName, () => Promise<Step>>>>;

/** Seconds after SIGTERM at which the process ends whatever it is doing; the platform gives 30. */
const LAST_RESORT = 25;

/** `node jobs.js STEP`. Resolves with the exit code: 0 the claim is true, 1 it is not, 2 the environment is wrong. */
export async function main(
  args: readonly string[],
  variables: NodeJS.ProcessEnv,
  registry: Registry,
): Promise<number> {
  const [step, ...rest] = args;
  const load = isStep(step) ? registry[step] : undefined;
  if (!isStep(step) || load === undefined || rest.length > 0) {
    process.stderr.write(`usage: jobs STEP, where STEP is one of ${STEPS.join(", ")}\n`);
    return 2;
  }
  const secrets = secretsOf(variables);
  const complain = (message: string): void => void process.stderr.write(`${blot(message, secrets)}\n`);
  const stopping = new AbortController();
  const stop = (): void => {
    stopping.abort();
    setTimeout(() => process.exit(1), LAST_RESORT * 1000).unref();
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
  try {
    const environment = readEnvironment(step, variables);
    const parameters = readParameters(environment.parametersFile);
    const [work, { createS3ObjectStore }, { runStep }] = await Promise.all([
      load(),
      import("./s3-object-store.js"),
      import("./run-step.js"),
    ]);
    const objects = createS3ObjectStore(stopping.signal);
    try {
      return await runStep({
        step,
        work,
        environment,
        parameters,
        objects,
        signal: stopping.signal,
        secrets,
        write: (line) => void process.stdout.write(`${line}\n`),
      });
    } finally {
      objects.close();
    }
  } catch (problem) {
    if (problem instanceof EnvironmentProblem) {
      complain(`The environment of the step ${step} is wrong:\n${problem.message}`);
      return 2;
    }
    complain(`The step ${step} could not store its evidence: ${messageOf(problem)}`);
    return 1;
  } finally {
    process.off("SIGTERM", stop).off("SIGINT", stop);
  }
}
