import { Bail, messageOf, UserError } from "../errors";
import type { ResourceState } from "../resource/state";
import { dependenciesOf } from "../resource/state";
import { parseUrn, ROOT_STACK_TYPE } from "../resource/urn";
import { analyzeStack } from "./analysis";
import { generateDeletes, scheduleDeletes } from "./deletes";
import type { Deployment } from "./deployment";
import type { OutputsRegistration, SourceEvent } from "./events";
import { StepGenerator } from "./generator";
import { reportMissing } from "./missing-targets";
import { generateRefreshes, rebuildBase, refreshState } from "./refresh";
import type { Step } from "./step";
import { StepExecutor } from "./step-executor";
import type { Targets } from "./targets";

/** Where registrations come from: a program, or nothing for a destroy. */
export interface Source {
  /** Starts; `emit` takes registrations until the promise settles. @throws when the program fails */
  run(emit: (event: SourceEvent) => void): Promise<void>;
  /** Ends the program early; its open requests are refused. */
  stop(): void;
}

/** Runs one deployment from the first registration to the last delete. */
export class DeploymentExecutor {
  private readonly executor: StepExecutor;
  private readonly generator: StepGenerator;
  private readonly queue: SourceEvent[] = [];
  private wake: (() => void) | undefined;
  /** Answers of asynchronous steps that are still to come. */
  private expected = 0;
  private sourceEnded = false;
  private sourceError: unknown;
  private stackOutputs: OutputsRegistration | undefined;
  private readonly skipped = new Set<string>();
  private interrupted = false;

  constructor(
    private readonly deployment: Deployment,
    private readonly source: Source,
  ) {
    this.executor = new StepExecutor(deployment);
    this.generator = new StepGenerator(deployment, (urn, run) => this.emit({ kind: "continue", urn, run }));
  }

  /** The user wants it to end: finish what is running, start nothing more. */
  interrupt(): void {
    this.interrupted = true;
    this.executor.cancel();
    this.wake?.();
  }

  /** @throws Bail when the deployment failed; everything was reported then */
  async run(): Promise<void> {
    const { deployment } = this;
    const { options, diagnostics } = deployment;
    if (options.refresh && !options.runProgram) {
      await refreshState(deployment, false, (executor) => this.executor.onCancel(() => executor.cancel()));
      if (this.interrupted) return this.finish(undefined);
      if (options.mode === "refresh") return;
    } else if (!options.refresh && deployment.previous.resources.some((state) => state.refreshBeforeUpdate)) {
      await refreshState(deployment, true, (executor) => this.executor.onCancel(() => executor.cancel()));
    } else if (deployment.previous.pending.length > 0 && !options.dryRun) this.warnAboutPending();
    const missing = reportMissing(deployment, options.replaceTargets);
    if (missing) throw missing;
    if (!this.hooksCanRun()) throw new Bail();
    this.executor.onCancel(() => this.wake?.());
    this.startSource();
    let failure: unknown;
    try {
      await this.loop();
    } catch (error) {
      failure = error;
      this.report(error);
      this.executor.cancel();
    }
    this.source.stop();
    await this.executor.whenIdle();
    await this.finish(failure, diagnostics);
  }

  private startSource(): void {
    this.source
      .run((event) => this.emit(event))
      .then(
        () => {
          this.sourceEnded = true;
          this.wake?.();
        },
        (error) => {
          this.sourceError = error ?? new Bail();
          this.sourceEnded = true;
          this.wake?.();
        },
      );
  }

  private emit(event: SourceEvent): void {
    this.queue.push(event);
    this.wake?.();
  }

  private async loop(): Promise<void> {
    await this.deployment.ready;
    for (;;) {
      if (this.executor.cancelled) return;
      this.generator.lookAhead.consider(this.queue);
      const event = this.queue.shift();
      if (event) {
        await this.handle(event);
        continue;
      }
      if (this.sourceError) throw this.sourceError;
      if (this.sourceEnded && this.expected === 0) {
        const missing = this.missingTargets(this.deployment.options.targets);
        await this.afterProgram().catch((error) => {
          // What may not be deleted was reported; the deployment fails at the end, with its outputs set.
          if (!(error instanceof Bail)) throw error;
        });
        if (missing) throw missing;
        return;
      }
      await new Promise<void>((wake) => {
        this.wake = wake;
      });
      this.wake = undefined;
    }
  }

  private async handle(event: SourceEvent): Promise<void> {
    let steps: Step[];
    try {
      if (event.kind === "outputs") return await this.handleOutputs(event);
      if (event.kind === "continue") {
        this.expected--;
        steps = await event.run();
      } else if (event.kind === "read") steps = this.generator.read(event);
      else {
        const result = await this.generator.register(event);
        steps = result.steps;
        if (result.pending) this.expected++;
      }
    } catch (error) {
      if (error instanceof Bail) throw error;
      throw new EventError(messageOf(error), this.urnOf(event));
    }
    for (const failed of this.executor.failedSteps) this.skipped.add(failed.urn);
    const wanted = steps.filter((step) => {
      if (!dependenciesOf(step.res).some((urn) => this.skipped.has(urn))) return true;
      step.skip();
      this.skipped.add(step.urn);
      return false;
    });
    if (wanted.length > 0) await this.executor.submit(wanted);
  }

  private urnOf(event: SourceEvent): string {
    return event.kind === "continue" || event.kind === "outputs" ? event.urn : "";
  }

  private async handleOutputs(event: OutputsRegistration): Promise<void> {
    if (parseUrn(event.urn).qualifiedType === ROOT_STACK_TYPE) {
      // The outputs of the stack are set at the very end, when it is known how the update went.
      this.stackOutputs = event;
      event.done();
      return;
    }
    await this.executor.registerOutputs(event.urn, event.outputs);
    event.done();
  }

  /** What the program did not ask for is deleted, or refreshed. */
  private async afterProgram(): Promise<void> {
    const { deployment, generator, executor } = this;
    const { targets, excludes, mode } = deployment.options;
    if (deployment.previous.resources.length === 0) return;
    if (mode === "refresh") {
      const { steps, byState } = await generateRefreshes(generator, targets, excludes);
      await executor.submitAll(steps);
      await executor.whenIdle();
      await rebuildBase(deployment, byState);
      return;
    }
    const { sames, deletes } = await generateDeletes(generator, targets.copy(), excludes);
    if (sames.length > 0) await (await executor.submit(sames)).finished;
    const blocked = new Set<ResourceState>();
    const seen = new Set<Step>();
    for (const group of scheduleDeletes(generator, deletes)) {
      for (const failed of executor.failedSteps) {
        if (seen.has(failed)) continue;
        seen.add(failed);
        for (const state of [failed.res, failed.old])
          if (state && deployment.graph.contains(state))
            for (const needed of deployment.graph.transitiveDependenciesOf(state)) blocked.add(needed);
      }
      await executor.submitAll(group.filter((step) => !blocked.has(step.res)));
    }
  }

  private async finish(failure: unknown, diagnostics = this.deployment.diagnostics): Promise<void> {
    const { deployment, executor, generator } = this;
    const failed = (): boolean =>
      failure !== undefined ||
      executor.failure !== undefined ||
      generator.sawError ||
      deployment.postStepError !== undefined;
    if (this.stackOutputs) await this.finalizeStackOutputs(this.stackOutputs, failed());
    const kind = deployment.options.dryRun ? "preview" : "update";
    // What the generator refused was explained already.
    if (failure !== undefined) throw new Bail();
    if (executor.failure === undefined && !this.interrupted)
      try {
        await analyzeStack(generator);
      } catch (error) {
        diagnostics.error(messageOf(error));
        throw new Bail();
      }
    if (failed()) {
      diagnostics.error(`${kind} failed`);
      throw new Bail();
    }
    if (this.interrupted) {
      diagnostics.error(`${kind} canceled`);
      throw new Bail();
    }
  }

  private async finalizeStackOutputs(event: OutputsRegistration, errored: boolean): Promise<void> {
    const old = this.deployment.olds.get(event.urn)?.outputs ?? {};
    try {
      await this.executor.registerOutputs(event.urn, errored ? { ...old, ...event.outputs } : event.outputs);
    } catch {
      // The stack itself was never registered: there is nothing to set outputs of.
    }
  }

  private report(error: unknown): void {
    if (error instanceof Bail) return;
    this.deployment.diagnostics.error(messageOf(error), error instanceof EventError ? error.urn : "");
  }

  private missingTargets(targets: Targets): Error | undefined {
    return reportMissing(this.deployment, targets, this.generator.urns);
  }

  /** Hooks are functions of the program: without it a destroy cannot call them. */
  private hooksCanRun(): boolean {
    const { options, previous, diagnostics } = this.deployment;
    if (options.mode !== "destroy" || options.runProgram) return true;
    let possible = true;
    for (const { urn, resourceHooks } of previous.resources) {
      const names = [...(resourceHooks.BeforeDelete ?? []), ...(resourceHooks.AfterDelete ?? [])];
      if (names.length === 0) continue;
      possible = false;
      diagnostics.error(
        `Resource has delete hooks registered, but the program is not running. Hooks: ${names.join(", ")}`,
        urn,
      );
    }
    if (!possible)
      diagnostics.error("You must run with the `--run-program` flag to use delete hooks during destroy.");
    return possible;
  }

  private warnAboutPending(): void {
    const { pending } = this.deployment.previous;
    const lines = pending.map(({ resource, type }) => `  * ${resource.urn}, interrupted while ${type}\n`);
    this.deployment.diagnostics.warning(
      `Attempting to deploy or update resources with ${pending.length} pending operations from previous deployment.\n` +
        lines.join("") +
        "These resources are in an unknown state because the Pulumi CLI was interrupted while waiting for changes to " +
        "these resources to complete. You should confirm whether or not the operations listed completed successfully " +
        "by checking the state of the appropriate provider. For example, if you are using AWS, you can confirm using " +
        "the AWS Console.\n\nOnce you have confirmed the status of the interrupted operations, you can repair your " +
        "stack using `pulumi refresh` which will refresh the state from the provider you are using and clear the " +
        "pending operations if there are any.\n\nNote that `pulumi refresh` will need to be run interactively to clear " +
        "pending CREATE operations.",
    );
  }
}

class EventError extends UserError {
  constructor(
    message: string,
    readonly urn: string,
  ) {
    super(message);
  }
}
