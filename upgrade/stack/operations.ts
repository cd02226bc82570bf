import path from "node:path";
import {
  CommandError,
  ConcurrentUpdateError,
  LocalWorkspace,
  type OutputMap,
  type Stack,
} from "@pulumi/pulumi/automation";
import { Refusal } from "../refusal";
import type { Engine } from "./engine";
import { EventReader, type Observation } from "./events";
import type { Project } from "./project";

/** Result of an update or a preview. */
export interface Outcome {
  readonly succeeded: boolean;
  readonly seconds: number;
  /** Resources by operation, such as {"create": 3, "same": 90}. */
  readonly changes: Readonly<Record<string, number>>;
  /** Why it failed, most telling first; empty when it succeeded. */
  readonly problems: readonly string[];
  readonly steps: readonly FinishedStep[];
}

/** One change that was made. */
export interface FinishedStep {
  readonly operation: string;
  readonly type: string;
  readonly name: string;
  readonly finishedAt: string;
  readonly seconds: number;
}

/** Most steps wait for something to become ready, so the engine's own limit of four a core would only make them queue. */
const PARALLEL = 64;

/** A stack and what can be done with it. */
export class StackOperations {
  private constructor(
    readonly project: Project,
    private readonly stack: Stack,
  ) {}

  /** Opens the stack, and creates it in the state backend when it is new there. */
  static async open(project: Project, engine: Engine): Promise<StackOperations> {
    try {
      const stack = await LocalWorkspace.createOrSelectStack(
        { stackName: project.stack, workDir: project.root },
        { pulumiCommand: engine.command, envVars: environment() },
      );
      return new StackOperations(project, stack);
    } catch (problem) {
      throw new Refusal(`The state backend cannot be used: ${reason(problem)}`);
    }
  }

  async outputs(): Promise<OutputMap> {
    return this.stack.outputs();
  }

  async update(
    message: string,
    observe: (observation: Observation) => void,
    signal?: AbortSignal,
  ): Promise<Outcome> {
    return this.operate(observe, (onEvent) =>
      this.stack
        .up({ ...this.options(), message, onEvent, ...(signal === undefined ? {} : { signal }) })
        .then((result) => result.summary.resourceChanges ?? {}),
    );
  }

  async preview(observe: (observation: Observation) => void): Promise<Outcome> {
    return this.operate(observe, (onEvent) =>
      this.stack.preview({ ...this.options(), onEvent }).then((result) => result.changeSummary),
    );
  }

  /** Frees the lock of an update whose process is gone. */
  async cancel(): Promise<void> {
    await this.stack.cancel();
  }

  private options(): { configFile: string; color: "never"; parallel: number; policyPacks: string[] } {
    return {
      parallel: PARALLEL,
      configFile: this.project.configFile,
      color: "never",
      policyPacks: ["security", "upgrade"].map((pack) => path.join(this.project.root, "policies", pack)),
    };
  }

  private async operate(
    observe: (observation: Observation) => void,
    run: (onEvent: EventReader["read"]) => Promise<Record<string, number | undefined>>,
  ): Promise<Outcome> {
    const began = Date.now();
    const problems: string[] = [];
    const steps: FinishedStep[] = [];
    const reader = new EventReader((observation) => {
      if (observation.kind === "done") {
        const { operation, type, name, seconds: took } = observation;
        steps.push({ operation, type, name, finishedAt: new Date().toISOString(), seconds: took });
      }
      if (observation.kind === "message" && observation.severity === "error")
        problems.push(located(observation.name, observation.text));
      if (observation.kind === "violation" && observation.mandatory)
        problems.push(
          located(observation.name, `${observation.pack} ${observation.policy}: ${observation.text}`),
        );
      observe(observation);
    });
    const seconds = (): number => (Date.now() - began) / 1000;
    try {
      const changes = await run(reader.read);
      return {
        succeeded: true,
        seconds: seconds(),
        changes: Object.fromEntries(Object.entries(changes).map(([key, value]) => [key, value ?? 0])),
        problems: [],
        steps,
      };
    } catch (problem) {
      if (problem instanceof ConcurrentUpdateError)
        throw new Refusal(`Another update holds this stack: ${reason(problem)}`);
      if (!(problem instanceof CommandError)) throw problem;
      return {
        succeeded: false,
        seconds: seconds(),
        changes: {},
        problems: problems.length > 0 ? problems : [reason(problem)],
        steps,
      };
    }
  }
}

const located = (name: string | undefined, text: string): string =>
  name === undefined ? text : `${name}: ${text}`;

/** What the executable gets: our environment, without the noise of update checks. */
function environment(): Record<string, string> {
  return { PULUMI_SKIP_UPDATE_CHECK: "true" };
}

/** The last lines an engine printed, which say what went wrong. */
function reason(problem: unknown): string {
  const text = problem instanceof Error ? problem.message : String(problem);
  const stderr = /stderr: ([\s\S]*?)(\n err\?:|$)/.exec(text)?.[1]?.trim();
  return (stderr === undefined || stderr === "" ? text : stderr).split("\n").slice(-6).join("\n");
}
