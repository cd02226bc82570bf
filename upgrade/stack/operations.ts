import path from "node:path";
import type { LocalProgramArgs, LocalWorkspaceOptions, OutputMap, Stack } from "@pulumi/pulumi/automation";
import { type LoggedEvent, type Preview, summarise } from "../check/events";
import { Refusal } from "../refusal";
import { automation } from "./automation";
import { type BackendHolder, holderIn } from "./backend-lock";
import type { Engine } from "./engine";
import { EventReader, type Observation } from "./events";
import { checkPassphrase, lastLines, maskSecrets, unusableBackend } from "./outputs";
import type { Project } from "./project";

/** Result of an update or a preview. */
export interface Outcome {
  /** False when the engine could not even begin, so that nothing has changed. */
  readonly begun: boolean;
  readonly succeeded: boolean;
  readonly seconds: number;
  /** Resources by operation, such as {"create": 3, "same": 90}. */
  readonly changes: Readonly<Record<string, number>>;
  /** Why it failed, most telling first; empty when it succeeded. */
  readonly problems: readonly string[];
  readonly steps: readonly FinishedStep[];
  /** What the stack says about itself afterwards; empty when the update failed. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** An update that ended some time. */
export interface PastUpdate {
  readonly message: string;
  readonly succeeded: boolean;
  readonly startedAt: Date;
  readonly seconds: number;
}

/** Somebody else's update holds the stack. */
export class Occupied extends Refusal {
  constructor(
    readonly holder: BackendHolder | undefined,
    stack: string,
    told: string,
  ) {
    super(
      holder === undefined
        ? `Another update holds this stack: ${told}`
        : `${holder.user}@${holder.host} has been updating this stack since ${holder.since} (process ${holder.pid}). Wait until that ends. ` +
            `If it never will, free the stack with: pulumi cancel --stack ${stack}`,
    );
  }
}

/** One change that was made. */
export interface FinishedStep {
  readonly operation: string;
  readonly type: string;
  readonly name: string;
  readonly finishedAt: string;
  readonly seconds: number;
}

/** A resource as the state holds it. */
interface StateEntry {
  readonly urn: string;
  readonly type: string;
  readonly created?: string;
}

/** A state as the engine exports it. */
interface State {
  readonly resources?: readonly StateEntry[];
  /** What an engine that was killed had begun. */
  readonly pending_operations?: readonly { readonly resource: StateEntry }[];
}

const JOB = /:Job$/;
const KUBERNETES_JOB = "kubernetes:batch/v1:Job";
const nameIn = ({ urn }: StateEntry): string => urn.slice(urn.lastIndexOf("::") + 2);

/** Most steps wait for something to become ready, so the engine's own limit of four a core would only make them queue. */
const PARALLEL = 64;

/** A stack and what can be done with it. */
export class StackOperations {
  private constructor(
    readonly project: Project,
    private readonly stack: Stack,
  ) {
    maskSecrets(stack.workspace);
    // After each update it would read the history for a summary, which the events have told by then.
    stack.info = async () => undefined;
  }

  /** Opens the stack, and creates it in the state backend when it is new there. */
  static async open(project: Project, engine: Engine): Promise<StackOperations> {
    try {
      const stack = await automation().LocalWorkspace.createOrSelectStack(...placeOf(project, engine));
      return new StackOperations(project, stack);
    } catch (problem) {
      throw unusableBackend(reason(problem));
    }
  }

  /** Opens the stack for one who only looks: undefined when the state backend has none, and nothing is created. */
  static async find(project: Project, engine: Engine): Promise<StackOperations | undefined> {
    const { LocalWorkspace, StackNotFoundError } = automation();
    try {
      return new StackOperations(project, await LocalWorkspace.selectStack(...placeOf(project, engine)));
    } catch (problem) {
      if (problem instanceof StackNotFoundError) return undefined;
      throw unusableBackend(reason(problem));
    }
  }

  /** What the stack says about itself, as people and programs read it: each secret is "[secret]". */
  async outputs(): Promise<Record<string, unknown>> {
    return plain(await this.stack.outputs());
  }

  /** @throws Refusal when the stack's secrets cannot be read: for those who would learn it late, or not at all */
  async checkPassphrase(): Promise<void> {
    await checkPassphrase(this.stack.workspace, this.stack.name);
  }

  async update(
    message: string,
    observe: (observation: Observation) => void,
    signal?: AbortSignal,
  ): Promise<Outcome> {
    return this.operate(observe, (onEvent) =>
      this.stack
        .up({ ...this.options(), message, onEvent, ...(signal === undefined ? {} : { signal }) })
        .then(({ outputs }) => plain(outputs)),
    );
  }

  /** What an update with this stack file would do; judged by the packs, nothing is changed. `refresh`: looks at the cloud first. */
  async preview(configFile: string, refresh = false): Promise<Preview> {
    const events: LoggedEvent[] = [];
    const outcome = await this.operate(
      () => undefined,
      (onEvent) =>
        this.stack
          .preview({
            ...this.options(),
            configFile,
            ...(refresh ? { refresh: true } : {}),
            onEvent: (event) => {
              events.push(event as unknown as LoggedEvent);
              onEvent(event);
            },
          })
          .then(() => ({})),
    );
    const summary = summarise(events);
    const explained = summary.errors.length > 0 || summary.violations.some(({ mandatory }) => mandatory);
    return outcome.succeeded || explained ? summary : { ...summary, errors: outcome.problems };
  }

  /** Updates of the past, newest first. */
  async history(): Promise<PastUpdate[]> {
    const entries = await this.stack.history();
    return entries
      .filter(({ kind }) => kind === "update")
      .map(({ message, result, startTime, endTime }) => ({
        message,
        succeeded: result === "succeeded",
        startedAt: new Date(startTime),
        seconds: Math.max(0, (Number(endTime ?? startTime) - Number(startTime)) / 1000),
      }));
  }

  /**
   * Names of the Jobs that ran since the last update that was completed before `moment`: in updates that failed or were
   * killed, of which only the state tells.
   */
  async jobsSinceCompleted(moment: Date): Promise<ReadonlySet<string>> {
    const past = await this.history();
    const last = past.find(({ succeeded, startedAt }) => succeeded && startedAt < moment);
    const end = last === undefined ? 0 : last.startedAt.getTime() + last.seconds * 1000;
    const { resources = [] } = await this.state();
    return new Set(
      resources.filter(({ type, created }) => JOB.test(type) && Date.parse(created ?? "") > end).map(nameIn),
    );
  }

  /** Whether a Job of this name was begun, however it ended. */
  async hasJob(name: string): Promise<boolean> {
    const { resources = [], pending_operations: pending = [] } = await this.state();
    return [...resources, ...pending.map(({ resource }) => resource)].some(
      (one) => one.type === KUBERNETES_JOB && nameIn(one) === name,
    );
  }

  private async state(): Promise<State> {
    return (await this.stack.exportStack()).deployment as State;
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
    run: (onEvent: EventReader["read"]) => Promise<Outcome["outputs"]>,
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
      const outputs = await run(reader.read);
      return {
        begun: true,
        succeeded: true,
        seconds: seconds(),
        changes: reader.changes,
        problems: [],
        steps,
        outputs,
      };
    } catch (problem) {
      const { CommandError, ConcurrentUpdateError } = automation();
      if (problem instanceof ConcurrentUpdateError)
        throw new Occupied(holderIn(problem.message), this.project.stack, reason(problem));
      if (!(problem instanceof CommandError)) throw problem;
      return {
        begun: reader.heard,
        succeeded: false,
        seconds: seconds(),
        changes: {},
        problems: problems.length > 0 ? problems : [reason(problem)],
        steps,
        outputs: {},
      };
    }
  }
}

const plain = (outputs: OutputMap): Record<string, unknown> =>
  Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));

const located = (name: string | undefined, text: string): string =>
  name === undefined ? text : `${name}: ${text}`;

const placeOf = (
  { stack, root }: Project,
  { command }: Engine,
): [LocalProgramArgs, LocalWorkspaceOptions] => [
  { stackName: stack, workDir: root },
  { pulumiCommand: command, envVars: environment() },
];

/** What the executable gets: our environment, without the noise of update checks. */
function environment(): Record<string, string> {
  return { PULUMI_SKIP_UPDATE_CHECK: "true" };
}

/** The last lines an engine printed, which say what went wrong. */
function reason(problem: unknown): string {
  const text = problem instanceof Error ? problem.message : String(problem);
  const stderr = /stderr: ([\s\S]*?)(\n err\?:|$)/.exec(text)?.[1]?.trim();
  return lastLines(stderr === undefined || stderr === "" ? text : stderr);
}
