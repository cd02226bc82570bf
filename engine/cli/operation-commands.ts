import { availableParallelism } from "node:os";
import { openEventLog } from "../display/event-log";
import type { Listener } from "../display/events";
import { LiveDisplay } from "../display/live";
import { type DisplayOptions, PlainDisplay } from "../display/plain";
import { PreviewDigest } from "../display/preview-json";
import { notSupported, UserError } from "../errors";
import type { CommandContext } from "./command";
import type { FlagDefinition, Flags } from "./flags";
import { Operation, type OperationOptions } from "./operation";

const on = (name: string, description: string, short?: string): FlagDefinition => ({
  name,
  kind: "boolean",
  description,
  ...(short && { short }),
});
const text = (name: string, description: string, short?: string): FlagDefinition => ({
  name,
  kind: "string",
  description,
  ...(short && { short }),
});
const list = (name: string, description: string, short?: string): FlagDefinition => ({
  name,
  kind: "list",
  description,
  ...(short && { short }),
});
const hidden = (flag: FlagDefinition): FlagDefinition => ({ ...flag, hidden: true });

const COMMON: FlagDefinition[] = [
  text("stack", "the stack to work on; default: the selected one", "s"),
  text("config-file", "use the configuration values in this file"),
  text("message", "a message for the history", "m"),
  on("diff", "show property changes"),
  on("json", "print the preview as one JSON document", "j"),
  { name: "parallel", short: "p", kind: "number", description: "how many operations run at the same time" },
  list("target", "work on this resource only (URN, * and ** allowed); may be repeated", "t"),
  list("exclude", "leave this resource alone; may be repeated"),
  on("target-dependents", "with --target: also what depends on it", ""),
  on("exclude-dependents", "with --exclude: also what depends on it"),
  on("expect-no-changes", "fail when there are changes"),
  on("show-secrets", "show secrets"),
  on("show-sames", "also show what does not change"),
  on("suppress-outputs", "do not show stack outputs"),
  on("suppress-progress", "do not show single steps"),
  on("suppress-permalink", "ignored"),
  on("yes", "do not ask", "y"),
  on("skip-preview", "do not preview first", "f"),
  on("preview-only", "only preview"),
  on("debug", "show debug messages", "d"),
  { name: "refresh", short: "r", kind: "boolean", description: "refresh first" },
  on("run-program", "run the program for a refresh or a destroy"),
  on("continue-on-error", "go on with what does not depend on a failure"),
  text("event-log", "send events to a file or to tcp://host:port"),
  hidden(text("client", "")),
  hidden(text("exec-kind", "")),
  hidden(text("exec-agent", "")),
  hidden(on("show-config", "")),
  hidden(on("show-reads", "")),
  hidden(on("show-replacement-steps", "")),
  hidden(on("show-full-output", "")),
  hidden(on("show-policy-remediations", "")),
  hidden(on("skip-config-validation", "")),
  hidden(on("skip-plugin-pre-install", "")),
];
const PROGRAM: FlagDefinition[] = [
  list("config", "set a configuration value for this run and keep it", "c"),
  on("config-path", "keys of --config are paths"),
  list("policy-pack", "run a policy pack; may be repeated"),
  list("policy-pack-config", "configuration file of the policy pack at the same place; may be repeated"),
  list("replace", "replace this resource; may be repeated"),
  list("target-replace", "--target and --replace in one"),
];

export const OPERATION_FLAGS: Record<string, FlagDefinition[]> = {
  up: [...COMMON, ...PROGRAM],
  preview: [...COMMON, ...PROGRAM],
  refresh: [
    ...COMMON,
    on("clear-pending-creates", "forget creates that were interrupted"),
    on("skip-pending-creates", "leave interrupted creates alone"),
  ],
  destroy: [
    ...COMMON,
    on("remove", "remove the stack afterwards"),
    on("exclude-protected", "leave protected resources alone"),
  ],
};

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
  if (flags.list("target").length > 0 && flags.list("exclude").length > 0)
    throw new UserError("cannot specify both --target and --exclude");
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
    debug: flags.flag("debug"),
  };
}

/** @returns the exit code */
export async function operate(command: Command, flags: Flags, context: CommandContext): Promise<number> {
  const { workspace, write } = context;
  if (flags.flag("json") && command !== "preview" && !flags.flag("preview-only"))
    throw notSupported(`${command} --json`);
  if (flags.flag("exclude-protected")) throw notSupported("--exclude-protected");
  const options = optionsOf(command, flags, context);
  const stack = workspace.stack(flags.text("stack"));
  const onlyPreview = command === "preview" || flags.flag("preview-only");
  const yes =
    flags.flag("yes") || ["1", "true"].includes(workspace.environment.PULUMI_SKIP_CONFIRMATIONS ?? "");
  if (!onlyPreview && !yes && !context.interactive && !flags.flag("skip-preview"))
    throw new UserError(
      "--yes or --skip-preview or --preview-only must be passed in to proceed when running in non-interactive mode",
      2,
    );
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
      const onInterrupt = (): void => operation.interrupt(context.writeError);
      process.on("SIGINT", onInterrupt);
      process.on("SIGTERM", onInterrupt);
      try {
        const result = await operation.run(
          { ...options, preview },
          listeners,
          workspace.stackConfig(stack, options.configFile),
        );
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
    if (command === "destroy" && flags.flag("remove") && !onlyPreview) {
      workspace.backend().remove(stack);
      workspace.select(undefined);
    }
    return 0;
  } finally {
    await eventLog?.close();
  }
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
