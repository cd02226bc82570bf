import { hasSecure, plainConfig } from "../config/stack-config";
import { UserError } from "../errors";
import type { SecretsManager } from "../secrets/passphrase";
import type { CommandContext } from "./command";
import type { Flags } from "./flags";

export async function showHistory(flags: Flags, { workspace, write }: CommandContext): Promise<number> {
  const stack = workspace.stack(flags.text("stack"));
  const size = flags.number("page-size") ?? 0;
  const page = Math.max(1, flags.number("page") ?? 1);
  const all = workspace.backend().history(stack);
  const shown = size > 0 ? all.slice((page - 1) * size, page * size) : all;
  const secrets =
    flags.flag("show-secrets") && shown.some(({ config }) => Object.values(config).some(hasSecure))
      ? await workspace.secrets(stack, workspace.stackConfig(stack, undefined))
      : undefined;
  if (!flags.flag("json")) {
    for (const update of shown) {
      write(
        `${update.kind} ${new Date(update.startTime * 1000).toISOString()} ${update.result}  ${update.message}`.trimEnd(),
      );
      write(
        `    ${Object.entries(update.resourceChanges)
          .map(([op, count]) => `${op} ${count}`)
          .join(", ")}`,
      );
    }
    return 0;
  }
  const entries = shown.map((update) => ({
    kind: update.kind,
    startTime: new Date(update.startTime * 1000).toISOString(),
    message: update.message,
    environment: update.environment,
    config: Object.fromEntries(
      Object.entries(update.config).map(([key, value]) => {
        if (hasSecure(value) && !secrets) return [key, { secret: true }];
        const plain = plainConfig(value, () => (secrets as SecretsManager).crypter);
        return [
          key,
          {
            value: plain.value,
            ...(plain.object && { objectValue: JSON.parse(plain.value) as unknown }),
            secret: plain.secret,
          },
        ];
      }),
    ),
    result: update.result,
    endTime: new Date(update.endTime * 1000).toISOString(),
    version: update.version,
    resourceChanges: update.resourceChanges,
  }));
  write(JSON.stringify(entries, null, 2));
  return 0;
}

export async function tags(
  flags: Flags,
  args: string[],
  { workspace, write }: CommandContext,
): Promise<number> {
  const stack = workspace.stack(flags.text("stack"));
  const backend = workspace.backend();
  const current = backend.tags(stack);
  const [action, key, value] = args;
  if (action === "ls" || action === "list" || action === undefined) {
    const rows = Object.entries(current).sort(([a], [b]) => (a < b ? -1 : 1));
    if (flags.flag("json")) write(JSON.stringify(Object.fromEntries(rows), null, 2));
    else {
      const width = Math.max(4, ...rows.map(([name]) => name.length));
      for (const [name, each] of [["NAME", "VALUE"], ...rows] as [string, string][])
        write(`${name.padEnd(width)}  ${each}`);
    }
    return 0;
  }
  if (!key) throw new UserError("a tag name is needed");
  if (action === "get") {
    if (!(key in current)) throw new UserError(`stack tag '${key}' not found for stack '${stack.name}'`);
    write(current[key] ?? "");
    return 0;
  }
  if (["rm", "remove", "delete"].includes(action)) delete current[key];
  else if (action === "set" && value !== undefined) current[key] = value;
  else throw new UserError("expected: stack tag get|set|rm|ls");
  backend.saveTags(stack, current);
  return 0;
}
