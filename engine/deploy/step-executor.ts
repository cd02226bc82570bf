import { messageOf } from "../errors";
import { secret } from "../values/value";
import { afterHooks } from "./after-hooks";
import type { Deployment } from "./deployment";
import { DeleteProtected, type Step } from "./step";
import { CreateStep } from "./steps/create";
import { UpdateStep } from "./steps/update";

/**
 * Runs chains of steps, up to `parallel` at a time. A chain is accepted only when a worker is free, so that step
 * generation never runs ahead of the work. The first failure stops everything that has not started.
 */
export class StepExecutor {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly idle: (() => void)[] = [];
  private readonly stopped: (() => void)[] = [];
  /** Registered resources whose outputs may still come. */
  private readonly registered = new Map<string, Step>();
  cancelled = false;
  failure: Error | undefined;
  readonly failedSteps: Step[] = [];

  constructor(
    private readonly deployment: Deployment,
    /** Refreshes look at everything even when one fails. */
    private readonly ignoreErrors = false,
  ) {}

  /** Resolves when a worker has taken the chain; `finished` when the chain is over. */
  async submit(chain: Step[]): Promise<{ finished: Promise<void> }> {
    while (this.running >= this.deployment.options.parallel && !this.cancelled)
      await new Promise<void>((free) => this.waiting.push(free));
    if (this.cancelled) return { finished: Promise.resolve() };
    this.running++;
    const finished = this.runChain(chain).finally(() => {
      this.running--;
      this.waiting.shift()?.();
      if (this.running === 0) for (const done of this.idle.splice(0)) done();
    });
    return { finished };
  }

  async submitAll(steps: Step[]): Promise<void> {
    const chains: Promise<void>[] = [];
    for (const step of steps) chains.push((await this.submit([step])).finished);
    await Promise.all(chains);
  }

  /** Stops what has not started yet. */
  cancel(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    for (const free of this.waiting.splice(0)) free();
    for (const told of this.stopped.splice(0)) told();
  }
  onCancel(told: () => void): void {
    if (this.cancelled) told();
    else this.stopped.push(told);
  }

  whenIdle(): Promise<void> {
    return this.running === 0 ? Promise.resolve() : new Promise((done) => this.idle.push(done));
  }

  private async runChain(chain: Step[]): Promise<void> {
    for (const step of chain) {
      if (this.cancelled) return;
      try {
        await this.runStep(step);
      } catch (error) {
        this.stepFailed(error as Error, step);
        return;
      }
    }
  }

  private stepFailed(error: Error, step: Step): void {
    this.failure ??= error;
    if (this.ignoreErrors) return;
    if (this.deployment.options.continueOnError || error instanceof DeleteProtected) {
      step.fail();
      this.failedSteps.push(step);
    } else this.cancel();
  }

  private async runStep(step: Step): Promise<void> {
    const { observer, snapshot, options } = this.deployment;
    observer.stepStarted(step);
    if (!options.dryRun) await snapshot.begin(step);
    let failure: Error | undefined;
    let complete: (() => void) | undefined;
    let saved = true;
    try {
      const outcome = await step.apply();
      complete = outcome.complete;
      failure = outcome.partial;
      if (!failure && step.logical && step.next) this.registered.set(step.urn, step);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(messageOf(error));
      saved = false;
    }
    if (step.next && step.op !== "replace") this.remember(step);
    if (failure) observer.stepFailed(step, failure);
    else observer.stepFinished(step, step.op);
    if (!options.dryRun) await snapshot.end(step, saved);
    complete?.();
    if (failure) throw failure;
    if (this.deployment.postStepError && !options.continueOnError) this.cancel();
  }

  /** Marks secret outputs and makes the new state known. */
  private remember(step: Step): void {
    const state = step.next;
    if (!state) return;
    const outputs = { ...state.outputs };
    let changed = false;
    const hide = (key: string): void => {
      const value = outputs[key];
      if (value === undefined) return;
      const hidden = secret(value);
      if (hidden !== value) {
        outputs[key] = hidden;
        changed = true;
      }
    };
    for (const key of state.additionalSecretOutputs) {
      if (key === "id")
        this.deployment.diagnostics.warning(
          "The 'id' property cannot be made secret. See pulumi/pulumi#2717 for more details.",
          step.urn,
        );
      else hide(key);
    }
    // What was a secret when it went in must not come out in the open.
    for (const [key, value] of Object.entries(state.inputs)) if (secret(value) === value) hide(key);
    if (changed) state.outputs = outputs;
    if (step.op === "read" || step.op === "read-replacement") this.deployment.reads.set(state.urn, state);
    else this.deployment.news.set(state.urn, state);
  }

  /**
   * Sets the outputs of a component, or of the stack at the end.
   * @throws Error when the resource was never registered
   */
  async registerOutputs(
    urn: string,
    outputs: Record<string, import("../values/value").Value>,
  ): Promise<void> {
    const step = this.registered.get(urn);
    const state = step?.next;
    if (!step || !state)
      throw new Error(`cannot complete a resource '${urn}' whose registration isn't pending`);
    this.registered.delete(urn);
    if (step.skippedCreate) return;
    state.outputs = outputs;
    const args = {
      state,
      newInputs: state.inputs,
      newOutputs: outputs,
      ...(step.old &&
        step instanceof UpdateStep && {
          oldState: step.old,
          oldInputs: step.old.inputs,
          oldOutputs: step.old.outputs,
        }),
    };
    if (!step.res.custom) {
      if (step instanceof CreateStep) await afterHooks(this.deployment, "AfterCreate", args);
      else if (step instanceof UpdateStep) await afterHooks(this.deployment, "AfterUpdate", args);
    }
    this.deployment.observer.outputsRegistered(step);
    if (!this.deployment.options.dryRun) await this.deployment.snapshot.outputs(step);
    if (this.deployment.postStepError && !this.deployment.options.continueOnError) this.cancel();
  }
}
