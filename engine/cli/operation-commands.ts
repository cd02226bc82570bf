import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { StackReference } from "../backend/backend";
import { StackConfig } from "../config/stack-config";
import { DependencyGraph } from "../deploy/graph";
import { openEventLog } from "../display/event-log";
import type { Listener } from "../display/events";
import { LiveDisplay } from "../display/live";
import { type DisplayOptions, PlainDisplay } from "../display/plain";
import { PreviewDigest } from "../display/preview-json";
import { notSupported, UserError } from "../errors";
import type { CommandContext } from "./command";
import type { Flags } from "./flags";
import { Operation, type OperationOptions } from "./operation";
import { readState } from "./stack-state";

type Command = "up" | "preview" | "refresh" | "destroy";
const KINDS: Record<Command, OperationOptions["kind"]> = {
  up: "update",
  preview: "update",
  refresh: "refresh",
  destroy: "destroy",
};
const WORDS: Record<Command, string> = {
  up: "update",
  preview: "preview",
  refresh: "refresh",
  destroy: "destroy",
};

function optionsOf(command: Command, flags: Flags, context: CommandContext): OperationOptions {
  const project = context.workspace.project();
  const targetReplace = flags.list("target-replace");
  const { environment } = context.workspace;
  const fromEnvironment = (name: string): string[] => (environment[name] ?? "").split(",").filter(Boolean);
  const packs = flags.list("policy-pack");
  const configs = flags.list("policy-pack-config");
  refuseTogether(flags, "target", "exclude");
  refuseTogether(flags, "exclude-protected", "ignore-protect");
  if (flags.flag("exclude-protected") && flags.list("target").length > 0)
    throw new UserError("you cannot specify --target and --exclude-protected");
  if (configs.length > 0 && packs.length === 0)
    throw new UserError('"--policy-pack-config" must be specified with "--policy-pack"');
  return {
    kind: KINDS[command],
    preview: command === "preview",
    refresh: flags.has("refresh") ? flags.flag("refresh") : project.refreshAlways,
    runProgram: flags.flag("run-program"),
    parallel: Math.max(
      1,
      flags.number("parallel") || Number(environment.PULUMI_PARALLEL) || availableParallelism() * 4,
    ),
    targets: [...flags.list("target"), ...targetReplace],
    excludes: flags.list("exclude"),
    replace: [...flags.list("replace"), ...targetReplace],
    targetDependents: flags.flag("target-dependents"),
    excludeDependents: flags.flag("exclude-dependents"),
    continueOnError: flags.flag("continue-on-error"),
    configFile: flags.text("config-file"),
    config: flags.list("config"),
    configPath: flags.flag("config-path"),
    policyPacks: packs.length ? packs : fromEnvironment("PULUMI_OPTION_POLICY_PACK"),
    policyPackConfigs: configs.length ? configs : fromEnvironment("PULUMI_OPTION_POLICY_PACK_CONFIG"),
    client: flags.text("client"),
    message: flags.text("message") ?? "",
    clearPendingCreates: flags.flag("clear-pending-creates"),
    skipConfigValidation: flags.flag("skip-config-validation"),
    ignoreProtect: flags.flag("ignore-protect"),
    debug: flags.flag("debug"),
  };
}

/** @throws UserError in the words of the CLI's own flag library */
function refuseTogether(flags: Flags, first: string, second: string): void {
  if (flags.has(first) && flags.has(second))
    throw new UserError(
      `if any flags in the group [${first} ${second}] are set none of the others can be; ` +
        `[${[first, second].sort().join(" ")}] were all set`,
    );
}

/** @returns the exit code */
export async function operate(command: Command, flags: Flags, context: CommandContext): Promise<number> {
  const { workspace, write } = context;
  if (flags.flag("json") && command !== "preview" && !flags.flag("preview-only"))
    throw notSupported(`${command} --json`);
  const onlyPreview = command === "preview" || flags.flag("preview-only");
  const yes =
    flags.flag("yes") || ["1", "true"].includes(workspace.environment.PULUMI_SKIP_CONFIRMATIONS ?? "");
  if (!onlyPreview && !yes && !context.interactive && !flags.flag("skip-preview"))
    throw new UserError(
      "--yes or --skip-preview or --preview-only must be passed in to proceed when running in non-interactive mode",
      2,
    );
  if (command !== "preview" && flags.flag("preview-only"))
    for (const other of ["skip-preview", "yes"])
      if (flags.flag(other)) throw new UserError(`--${other} and --preview-only cannot be used together`);
  const stack = workspace.stack(flags.text("stack"));
  let options = optionsOf(command, flags, context);
  let spared = 0;
  if (flags.flag("exclude-protected")) {
    const { urns, everything } = await protectedResources(workspace, stack);
    spared = urns.length;
    if (everything && spared > 0) {
      write(
        `There were no unprotected resources to destroy. There are still ${spared} protected resources associated with this stack.`,
      );
      return 0;
    }
    options = { ...options, excludes: [...options.excludes, ...urns] };
  }
  const eventLog = flags.text("event-log") ? openEventLog(flags.text("event-log") as string) : undefined;
  try {
    const run = async (preview: boolean): Promise<{ succeeded: boolean; changed: boolean }> => {
      const digest = flags.flag("json")
        ? new PreviewDigest({ showSames: flags.flag("show-sames"), suppressOutputs: false })
        : undefined;
      const display = digest
        ? undefined
        : displayFor(context, {
            kind: options.kind,
            preview,
            stack: stack.name,
            showSecrets: flags.flag("show-secrets"),
            showSames: flags.flag("show-sames"),
            diff: flags.flag("diff"),
            suppressOutputs: flags.flag("suppress-outputs"),
            suppressProgress: flags.flag("suppress-progress"),
          });
      const listeners: Listener[] = [];
      if (digest) listeners.push(digest.listen);
      if (display) listeners.push(display.listen);
      if (eventLog) listeners.push((event) => eventLog.write(event));
      display?.start();
      const operation = new Operation(workspace, stack, context.engineRoot);
      const onInterrupt = (signal: NodeJS.Signals): void =>
        operation.interrupt(signal, preview, digest ? () => {} : write);
      process.on("SIGINT", onInterrupt);
      process.on("SIGTERM", onInterrupt);
      try {
        const result = await operation.run(
          { ...options, preview },
          listeners,
          workspace.stackConfig(stack, options.configFile),
        );
        if (result.terminated && !preview) throw new UserError(`${WORDS[command]} cancelled`, 8);
        if (result.terminated) throw new UserError("context canceled");
        display?.finish();
        if (digest) write(digest.toString());
        const changed = Object.entries(result.changes).some(([op, count]) => op !== "same" && count > 0);
        return { succeeded: result.succeeded, changed };
      } finally {
        process.off("SIGINT", onInterrupt);
        process.off("SIGTERM", onInterrupt);
      }
    };
    let outcome: { succeeded: boolean; changed: boolean };
    if (onlyPreview) outcome = await run(true);
    else {
      if (!flags.flag("skip-preview")) {
        outcome = await run(true);
        if (!outcome.succeeded) return failed(context, "preview", flags);
        if (
          !yes &&
          !(await context.confirm(`Do you want to perform this ${WORDS[command]} on ${stack.name}?`))
        ) {
          throw new UserError(`confirmation declined, not proceeding with the ${WORDS[command]}`);
        }
      }
      outcome = await run(false);
    }
    if (!outcome.succeeded) return failed(context, onlyPreview ? "preview" : WORDS[command], flags);
    if (flags.flag("expect-no-changes") && outcome.changed)
      throw new UserError(
        `no changes were expected for ${onlyPreview ? "preview" : WORDS[command]} but changes were ${onlyPreview ? "proposed" : options.kind === "update" ? "proposed" : "proposed"}`,
        7,
      );
    if (command === "destroy" && spared > 0)
      write(
        `All unprotected resources were destroyed. There are still ${spared} protected resources associated with this stack.`,
      );
    else if (command === "destroy" && options.targets.length === 0 && !onlyPreview)
      afterDestroy(context, stack, flags);
    return 0;
  } finally {
    await eventLog?.close();
  }
}

/** An empty stack is removed when asked, else its owner is told how. */
function afterDestroy({ workspace, write }: CommandContext, stack: StackReference, flags: Flags): void {
  if (!flags.flag("remove")) {
    if (!flags.flag("json"))
      write(
        "The resources in the stack have been deleted, but the history and configuration associated with the stack " +
          `are still maintained. \nIf you want to remove the stack completely, run \`pulumi stack rm ${stack.name}\`.`,
      );
    return;
  }
  workspace.backend().remove(stack);
  workspace.select(undefined);
  rmSync(StackConfig.fileOf(workspace.project(), stack.name, undefined), { force: true });
  write("The resources in the stack have been deleted, and the history and configuration removed.");
}

/** Protected resources and everything they need. */
async function protectedResources(
  workspace: CommandContext["workspace"],
  stack: StackReference,
): Promise<{ urns: string[]; everything: boolean }> {
  const { resources } = await readState(workspace, workspace.backend().read(stack));
  const graph = new DependencyGraph(resources);
  const kept = new Set(
    resources
      .filter(({ protect }) => protect)
      .flatMap((state) => [state, ...graph.transitiveDependenciesOf(state)]),
  );
  return { urns: [...kept].map(({ urn }) => urn), everything: kept.size === resources.length };
}

/** A tree that moves for somebody who watches, lines for everything else. */
function displayFor(context: CommandContext, options: DisplayOptions): PlainDisplay {
  return context.interactive && !options.diff
    ? new LiveDisplay(options, context.write, process.stdout)
    : new PlainDisplay(options, context.write);
}

/** A failed operation has explained itself; only the exit code is left. */
function failed(_context: CommandContext, _what: string, _flags: Flags): number {
  return 1;
}
