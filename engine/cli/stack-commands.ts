import { rmSync } from "node:fs";
import { manifest } from "../backend/checkpoint-writer";
import { lockStack, removeLocks } from "../backend/lock";
import { copyConfig } from "../config/copy";
import { StackConfig } from "../config/stack-config";
import { UserError } from "../errors";
import { nameOf, ROOT_STACK_TYPE } from "../resource/urn";
import type { CommandContext } from "./command";
import { type FlagDefinition, type Flags, on, text } from "./flags";
import { showHistory, tags } from "./history-commands";
import { printOutputs, showOutputs } from "./output-commands";
import { outputsOf } from "./outputs";
import { exportStack, importStack, renameStack } from "./state-commands";
import { stackNotFound, type Workspace } from "./workspace";

const STACK = text("stack", "the stack; default: the selected one", "s");

export const STACK_FLAGS: Record<string, FlagDefinition[]> = {
  show: [
    STACK,
    on("show-urns", "show URNs", "u"),
    on("show-ids", "show ids", "i"),
    on("show-name", "only the name"),
    on("show-secrets", "show secrets"),
  ],
  init: [
    text("secrets-provider", "passphrase"),
    on("no-select", "do not select the new stack"),
    text("copy-config-from", "copy configuration from a stack"),
    STACK,
    text("description", "ignored"),
    { name: "teams", kind: "list", description: "ignored", hidden: true },
  ],
  select: [
    STACK,
    on("create", "create it when it does not exist", "c"),
    text("secrets-provider", "passphrase"),
  ],
  ls: [
    on("json", "print JSON", "j"),
    on("all", "stacks of all projects", "a"),
    text("project", "stacks of this project", "p"),
    text("organization", "ignored", "o"),
    text("tag", "with this tag", "t"),
  ],
  rm: [
    on("yes", "do not ask", "y"),
    on("force", "remove although resources exist", "f"),
    on("preserve-config", "keep the stack file"),
    on("remove-backups", "remove backups as well"),
    STACK,
  ],
  output: [
    on("json", "print JSON", "j"),
    on("show-secrets", "show secrets"),
    on("shell", "print shell assignments"),
    STACK,
  ],
  export: [
    text("file", "write to this file"),
    on("show-secrets", "with secrets in plain text"),
    text("version", "an earlier version"),
    STACK,
  ],
  import: [
    text("file", "read from this file"),
    on("force", "import even when the state looks wrong", "f"),
    STACK,
  ],
  history: [
    on("json", "print JSON", "j"),
    on("show-secrets", "show secrets"),
    on("full-dates", "full dates"),
    { name: "page-size", kind: "number", description: "entries on a page" },
    { name: "page", kind: "number", description: "which page" },
    STACK,
  ],
  rename: [STACK],
  tag: [on("json", "print JSON", "j"), STACK],
  unselect: [],
};

const yes = (flags: Flags, { environment }: Workspace): boolean =>
  flags.flag("yes") || ["1", "true"].includes(environment.PULUMI_SKIP_CONFIRMATIONS ?? "");

function oneName(argument: string | undefined, flag: string | undefined): string | undefined {
  if (argument !== undefined && flag !== undefined)
    throw new UserError("only one of --stack or argument stack name may be specified, not both");
  return argument ?? flag;
}

export async function stackCommand(
  name: string,
  flags: Flags,
  args: string[],
  context: CommandContext,
): Promise<number> {
  const { workspace, write } = context;
  const backend = workspace.backend();
  const named = args[0] ?? flags.text("stack");
  switch (name) {
    case "init": {
      if (!named) throw new UserError("missing stack name");
      const stack = workspace.parseStack(named);
      if (backend.exists(stack))
        throw new UserError(`stack 'organization/${stack.project}/${stack.name}' already exists`);
      const provider = flags.text("secrets-provider");
      if (provider && !["passphrase", "default"].includes(provider))
        throw new UserError(
          `not supported by the offline engine: the secrets provider '${provider}'; use the Pulumi CLI`,
        );
      const config = workspace.stackConfig(stack, undefined);
      const secrets = await workspace.secrets(stack, config);
      backend.create(stack, {
        manifest: manifest(),
        secrets_providers: { type: "passphrase", state: { salt: secrets.salt } },
        metadata: {},
      });
      if (!flags.flag("no-select")) workspace.select(stack);
      const copied = flags.text("copy-config-from");
      if (copied)
        await copyConfig(
          workspace.sealedConfig(workspace.stack(copied)),
          workspace.sealedConfig(stack),
          undefined,
          false,
        );
      write(`Created stack '${stack.name}'`);
      return 0;
    }
    case "select": {
      if (!named) throw new UserError("a stack name is needed in non-interactive mode");
      const stack = workspace.parseStack(named);
      if (!backend.exists(stack)) {
        if (!flags.flag("create")) throw stackNotFound(named);
        return stackCommand("init", flags, args, context);
      }
      workspace.select(stack);
      return 0;
    }
    case "ls":
      return listStacks(flags, context);
    case "rm":
      return removeStack(oneName(args[0], flags.text("stack")), flags, context);
    case "unselect":
      workspace.select(undefined);
      context.writeError("Stack was unselected");
      return 0;
    case "rename": {
      const from = workspace.stack(flags.text("stack"));
      if (!named) throw new UserError("a new name is needed");
      return renameStack(from, workspace.parseStack(args[0] ?? ""), context);
    }
    case "output":
      return showOutputs(args[0], flags, context);
    case "export":
      return exportStack(flags, context);
    case "import":
      return importStack(flags, context);
    case "history":
      return showHistory(flags, context);
    case "tag":
      return tags(flags, args, context);
    default:
      return showStack(flags, context);
  }
}

async function listStacks(flags: Flags, { workspace, write }: CommandContext): Promise<number> {
  const backend = workspace.backend();
  const project = flags.flag("all") ? undefined : (flags.text("project") ?? workspace.projectIfAny()?.name);
  const selected = workspace.selected();
  const current = selected && workspace.projectIfAny() ? workspace.parseStack(selected) : undefined;
  const rows = backend.list(project).map((stack) => {
    const last = backend.history(stack)[0];
    const count = backend.read(stack)?.resources?.length ?? 0;
    return {
      name:
        project === undefined && stack.project !== workspace.projectIfAny()?.name
          ? `organization/${stack.project}/${stack.name}`
          : stack.name,
      current: current?.name === stack.name && current.project === stack.project,
      ...(last && { lastUpdate: new Date(last.endTime * 1000).toISOString() }),
      resourceCount: count,
    };
  });
  if (flags.flag("json")) {
    write(JSON.stringify(rows, null, 2));
    return 0;
  }
  const width = Math.max(4, ...rows.map((row) => row.name.length + 1));
  write(`${"NAME".padEnd(width)}  LAST UPDATE               RESOURCE COUNT`);
  for (const row of rows)
    write(
      `${(row.name + (row.current ? "*" : "")).padEnd(width)}  ${(row.lastUpdate ?? "n/a").padEnd(24)}  ${row.resourceCount || "n/a"}`,
    );
  return 0;
}

async function removeStack(
  named: string | undefined,
  flags: Flags,
  context: CommandContext,
): Promise<number> {
  const { workspace, write } = context;
  const backend = workspace.backend();
  const stack = workspace.stack(named);
  if (!yes(flags, workspace)) {
    if (!context.interactive) throw new UserError("non-interactive mode requires --yes flag");
    if (!(await context.confirm(`This will permanently remove the '${stack.name}' stack!`)))
      throw new UserError("confirmation declined");
  }
  const unlock = lockStack(backend.lockDirectory(stack));
  try {
    const resources = backend.read(stack)?.resources ?? [];
    const onlyRoot = resources.length === 1 && resources[0]?.type === ROOT_STACK_TYPE;
    if (resources.length > 0 && !onlyRoot && !flags.flag("force"))
      throw new UserError(
        `'${stack.name}' still has resources; removal rejected. Possible actions:\n` +
          `- Make sure that '${stack.name}' is the stack that you want to destroy\n` +
          "- Run `pulumi destroy` to delete the resources, then run `pulumi stack rm`\n" +
          "- Run `pulumi stack rm --force` to override this error",
      );
    backend.remove(stack);
    if (flags.flag("remove-backups")) backend.removeBackups(stack);
  } finally {
    unlock();
  }
  if (!flags.flag("preserve-config") && workspace.projectIfAny()?.name === stack.project)
    rmSync(StackConfig.fileOf(workspace.project(), stack.name, undefined), { force: true });
  const selected = workspace.selected();
  if (selected && workspace.parseStack(selected).name === stack.name) workspace.select(undefined);
  write(`Stack '${stack.name}' has been removed!`);
  return 0;
}

async function showStack(flags: Flags, { workspace, write }: CommandContext): Promise<number> {
  const stack = workspace.stack(flags.text("stack"));
  if (flags.flag("show-name")) {
    write(stack.name);
    return 0;
  }
  const backend = workspace.backend();
  const deployment = backend.read(stack);
  const resources = deployment?.resources ?? [];
  write(`Current stack is ${stack.name}:`);
  const last = backend.history(stack)[0];
  if (last) write(`    Last updated: ${new Date(last.endTime * 1000).toISOString()}`);
  write(`Current stack resources (${resources.length}):`);
  for (const resource of resources) {
    write(`    ${resource.type}  ${nameOf(resource.urn)}`);
    if (flags.flag("show-urns")) write(`        URN: ${resource.urn}`);
    if (flags.flag("show-ids") && resource.id) write(`        ID: ${String(resource.id)}`);
  }
  write("");
  printOutputs(await outputsOf(workspace, stack), flags.flag("show-secrets"), write);
  return 0;
}

/** `pulumi cancel`: takes the locks away. */
export async function cancelCommand(flags: Flags, args: string[], context: CommandContext): Promise<number> {
  const { workspace, write } = context;
  const stack = workspace.stack(oneName(args[0], flags.text("stack")));
  const question = `This will irreversibly cancel the currently running update for '${stack.name}'!`;
  if (context.interactive && !flags.flag("yes") && !(await context.confirm(question)))
    throw new UserError("confirmation declined");
  removeLocks(workspace.backend().lockDirectory(stack));
  write(`The currently running update for '${stack.name}' has been canceled!`);
  return 0;
}
