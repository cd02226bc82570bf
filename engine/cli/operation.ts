import type { ChildProcess } from "node:child_process";
import type { StackReference } from "../backend/backend";
import { CheckpointWriter } from "../backend/checkpoint-writer";
import { lockStack } from "../backend/lock";
import { autonaming } from "../config/autonaming";
import { resolveConfig, validateConfig, withProjectDefaults } from "../config/merge";
import { type ConfigMap, type PlainConfig, plainConfig, type StackConfig } from "../config/stack-config";
import { Deployment, type DeploymentOptions } from "../deploy/deployment";
import { DeploymentExecutor } from "../deploy/executor";
import { SnapshotManager } from "../deploy/snapshot";
import { Targets } from "../deploy/targets";
import type { Listener } from "../display/events";
import { EventEmitter } from "../display/observer";
import { Bail, messageOf } from "../errors";
import { loadPolicyPacks, type PolicyPackHost } from "../host/analyzer";
import { BuiltinProvider } from "../host/builtin";
import { EngineServer } from "../host/engine-service";
import { AttachedPlugins, parseAttached } from "../host/loader";
import { Children } from "../host/process";
import { entryPoint } from "../host/program";
import { ProviderRegistry } from "../host/registry";
import { rootStackUrn } from "../resource/urn";
import type { Crypter, SecretsManager } from "../secrets/passphrase";
import { headStart } from "./head-start";
import { stackOutputsOf } from "./outputs";
import { ProgramSource, runsProgram } from "./program-source";
import { readState } from "./stack-state";
import { updateInfo } from "./update-info";
import type { Workspace } from "./workspace";

export interface OperationOptions {
  kind: "update" | "refresh" | "destroy";
  preview: boolean;
  refresh: boolean;
  runProgram: boolean;
  parallel: number;
  targets: string[];
  excludes: string[];
  replace: string[];
  targetDependents: boolean;
  excludeDependents: boolean;
  continueOnError: boolean;
  configFile: string | undefined;
  /** `-c key=value` for this run; saved to the stack file by `up`. */
  config: string[];
  configPath: boolean;
  policyPacks: string[];
  policyPackConfigs: string[];
  client: string | undefined;
  message: string;
  clearPendingCreates: boolean;
  skipConfigValidation: boolean;
  ignoreProtect: boolean;
  debug: boolean;
}

export interface OperationResult {
  succeeded: boolean;
  /** Ended by a second Ctrl-C; the state names the operations that were running. */
  terminated: boolean;
  changes: Record<string, number>;
}

/** What an operation has in hand when it takes the lock. */
interface Prepared {
  children: Children;
  /** The program's process, when it could start already. */
  ahead: ChildProcess | undefined;
  merged: ConfigMap;
  resolved: Map<string, PlainConfig>;
  secrets: SecretsManager;
  names: DeploymentOptions["autoname"];
}

/** One preview, update, refresh or destroy of a stack, from the lock to the history. */
export class Operation {
  private interrupted = 0;
  private executor: DeploymentExecutor | undefined;
  private plugins: AttachedPlugins | undefined;
  private terminate: () => void = () => {};

  constructor(
    private readonly workspace: Workspace,
    private readonly stack: StackReference,
    private readonly engineRoot: string,
  ) {}

  /** Ctrl-C: the first asks for an orderly end; the second leaves what is running as it is. */
  interrupt(signal: NodeJS.Signals, preview: boolean, write: (line: string) => void): void {
    this.interrupted++;
    const [name, again] = signal === "SIGTERM" ? ["SIGTERM", "send SIGTERM again"] : ["^C", "press ^C again"];
    if (this.interrupted > 1) {
      write(`${name} received; terminating`);
      this.terminate();
      return;
    }
    write(`${name} received; cancelling. If you would like to terminate immediately, ${again}.`);
    if (!preview)
      write("Note that terminating immediately may lead to orphaned resources and other inconsistencies.");
    this.executor?.interrupt();
    void this.plugins?.cancelAll();
  }

  /** @throws UserError for what is wrong before anything starts; a failed operation is a result */
  async run(options: OperationOptions, listeners: Listener[], config: StackConfig): Promise<OperationResult> {
    const backend = this.workspace.backend();
    const children = new Children(this.engineRoot, options.debug);
    let unlock = () => {};
    try {
      const ahead = headStart(children, this.workspace, options, config);
      const secrets = await this.workspace.secrets(this.stack, config);
      const merged = this.configuration(options, config, secrets.crypter);
      const resolved = resolveConfig(merged, () => secrets.crypter);
      const names = options.kind === "update" ? autonaming(resolved, this.stack) : undefined;
      if (!options.preview) unlock = lockStack(backend.lockDirectory(this.stack));
      return await this.locked(options, listeners, { children, ahead, merged, resolved, secrets, names });
    } finally {
      // A program that was started ahead, when nothing came of it.
      children.killAll();
      unlock();
    }
  }

  private configuration(options: OperationOptions, config: StackConfig, crypter: Crypter): ConfigMap {
    const project = this.workspace.project();
    for (const pair of options.config) {
      const equals = pair.indexOf("=");
      config.set(
        equals < 0 ? pair : pair.slice(0, equals),
        equals < 0 ? "" : pair.slice(equals + 1),
        options.configPath,
      );
    }
    if (options.config.length > 0) config.save();
    const merged = withProjectDefaults(project, config.values());
    if (runsProgram(options) && !options.skipConfigValidation)
      validateConfig(this.stack.name, project, merged, () => crypter);
    return merged;
  }

  private async locked(
    options: OperationOptions,
    listeners: Listener[],
    { children, ahead, merged, resolved, secrets, names }: Prepared,
  ): Promise<OperationResult> {
    const { workspace, stack } = this;
    const backend = workspace.backend();
    const project = workspace.project();
    const previous = await readState(workspace, backend.read(stack));
    if (options.clearPendingCreates)
      previous.pending = previous.pending.filter(({ type }) => type !== "creating");
    const started = Date.now();
    const emitter = new EventEmitter(listeners, {
      preview: options.preview,
      refresh: options.kind === "refresh",
      debug: options.debug,
    });
    const stackUrn = rootStackUrn(stack.name, project.name);
    const log = new EngineServer((severity, message, urn, ephemeral) => {
      if (severity === "error") emitter.error(message, urn);
      else if (severity === "warning") emitter.warning(message, urn);
      else if (severity === "info") emitter.info(message, urn, ephemeral);
      else emitter.debug(message, urn);
    });
    await log.listen();
    const { directory } = entryPoint(project);
    this.plugins = new AttachedPlugins(
      parseAttached(workspace.environment.PULUMI_DEBUG_PROVIDERS),
      () => log.address,
      project.root,
      directory,
    );
    const builtin = new BuiltinProvider((name) => stackOutputsOf(workspace, name));
    const registry = new ProviderRegistry(this.plugins, builtin);
    const writer = options.preview ? undefined : new CheckpointWriter(backend, stack, secrets);
    if (!options.preview) backend.keepPrevious(stack);
    const snapshot = new SnapshotManager(
      { resources: previous.resources, pending: previous.pending },
      writer,
    );
    const deploymentOptions: DeploymentOptions = {
      stack: stack.name,
      project: project.name,
      dryRun: options.preview,
      parallel: options.parallel,
      mode: options.kind,
      refresh: options.refresh || options.kind === "refresh",
      runProgram: options.runProgram,
      targets: new Targets(options.targets),
      excludes: new Targets(options.excludes),
      replaceTargets: new Targets(options.replace),
      targetDependents: options.targetDependents,
      excludeDependents: options.excludeDependents,
      continueOnError: options.continueOnError,
      ignoreProtect: options.ignoreProtect,
      autoname: names,
    };
    emitter.emit({
      type: "prelude",
      preview: options.preview,
      config: Object.fromEntries(
        [...merged].map(([key, value]) => [key, plainConfig(value, () => secrets.crypter, false).value]),
      ),
    });
    let packs: PolicyPackHost | undefined;
    let source: ProgramSource | undefined;
    let succeeded = false;
    /** A pack that did not load: nothing was started then. */
    let refused: unknown;
    let terminated = false;
    const ended = new Promise<void>((end) => {
      this.terminate = () => {
        terminated = true;
        end();
      };
    });
    try {
      const starting = loadPolicyPacks(children, options, {
        engineAddress: log.address,
        environment: workspace.environment,
        project: project.name,
        stack: stack.name,
        dryRun: options.preview,
        config: resolved,
        tags: backend.tags(stack),
        output: (line) => emitter.info(line, stackUrn),
      });
      const deployment = new Deployment(
        deploymentOptions,
        previous,
        registry,
        [],
        snapshot,
        emitter,
        emitter,
      );
      deployment.ready = starting.then(
        (host) => {
          packs = host;
          deployment.analyzers = host.analyzers;
          if (host.analyzers.length > 0) emitter.emit({ type: "policyLoad" });
        },
        (error) => {
          refused = error;
          throw new Bail();
        },
      );
      deployment.ready.catch(() => {});
      builtin.deployment = deployment;
      source = new ProgramSource(children, {
        options,
        project,
        directory,
        deployment,
        config: resolved,
        emitter,
        engineAddress: log.address,
        environment: workspace.environment,
        ahead,
      });
      this.executor = new DeploymentExecutor(deployment, source);
      if (this.interrupted > 0) this.executor.interrupt();
      await Promise.race([this.executor.run().then(() => source?.ended), ended]);
      succeeded = !terminated;
    } catch (error) {
      if (!(error instanceof Bail)) emitter.error(messageOf(error));
    } finally {
      if (!terminated) await source?.shutdown();
      // What never began leaves the state as it is.
      if (!options.preview && refused === undefined) await snapshot.save();
      snapshot.close();
      source?.close();
      packs?.close();
      children.killAll();
      this.plugins.closeAll();
      log.close();
    }
    if (refused) throw refused;
    emitter.emit({
      type: "summary",
      preview: options.preview,
      seconds: (Date.now() - started) / 1000,
      changes: emitter.changes,
      policyPacks: packs?.versions ?? {},
      result: succeeded ? "succeeded" : "failed",
    });
    emitter.emit({ type: "cancel" });
    if (!options.preview)
      backend.addHistory(
        stack,
        updateInfo(options, stack, workspace.directory, merged, {
          started,
          changes: emitter.changes,
          succeeded,
        }),
      );
    return { succeeded, terminated, changes: emitter.changes };
  }
}
