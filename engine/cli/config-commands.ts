import { copyFileSync, existsSync } from "node:fs";
import { getPath, parseConfigPath, typedLeaf } from "../config/config-path";
import type { ConfigValue } from "../config/config-value";
import { copyConfig } from "../config/copy";
import { withProjectDefaults } from "../config/merge";
import { fullKey, hasSecure, plainConfig, type StackConfig } from "../config/stack-config";
import { UserError } from "../errors";
import type { Crypter } from "../secrets/passphrase";
import type { CommandContext } from "./command";
import { type FlagDefinition, type Flags, on, text } from "./flags";

const COMMON = [
  text("stack", "the stack; default: the selected one", "s"),
  text("config-file", "the stack file to use"),
  on("path", "the key is a path"),
  on("non-interactive", ""),
];

export const CONFIG_FLAGS: Record<string, FlagDefinition[]> = {
  show: [...COMMON, on("json", "print JSON", "j"), on("show-secrets", "show secrets"), on("open", "ignored")],
  get: [...COMMON, on("json", "print JSON", "j"), on("open", "ignored")],
  set: [
    ...COMMON,
    on("secret", "encrypt the value"),
    on("plaintext", "store in plain text"),
    text("type", "string, int, bool or float"),
  ],
  "set-all": [
    ...COMMON,
    { name: "secret", kind: "list", description: "key=value, encrypted" },
    { name: "plaintext", kind: "list", description: "key=value, in plain text" },
    text("json", "a JSON document of values"),
  ],
  cp: [...COMMON, text("dest", "the stack to copy to", "d")],
  rm: COMMON,
  "rm-all": COMMON,
  refresh: [...COMMON, on("force", "", "f")],
};

export async function configCommand(
  name: string,
  flags: Flags,
  args: string[],
  context: CommandContext,
): Promise<number> {
  const { workspace, write } = context;
  const stack = workspace.stack(flags.text("stack"));
  const project = workspace.project();
  const config = workspace.stackConfig(stack, flags.text("config-file"));
  const path = flags.flag("path");
  const needed = new LazyCrypter(async () => (await workspace.secrets(stack, config)).crypter);
  const [key, value] = args;
  switch (name) {
    case "get": {
      if (!key) throw new UserError("accepts 1 arg(s), received 0");
      const merged = withProjectDefaults(project, config.values());
      const [head, ...rest] = path ? parseConfigPath(key) : [key];
      const found = getPath(merged.get(fullKey(String(head), project.name)), rest);
      if (found === undefined)
        throw new UserError(`configuration key '${key}' not found for stack '${stack.name}'`);
      if (hasSecure(found)) await needed.load();
      const plain = plainConfig(found, needed.get);
      if (flags.flag("json"))
        write(
          JSON.stringify(
            {
              value: plain.value,
              ...(plain.object && { objectValue: JSON.parse(plain.value) as unknown }),
              secret: plain.secret,
            },
            null,
            2,
          ),
        );
      else write(plain.value);
      return 0;
    }
    case "set": {
      if (!key) throw new UserError("accepts between 1 and 2 arg(s), received 0");
      const given = value ?? (await readInput(context));
      await setOne(
        config,
        key,
        given,
        { path, secret: flags.flag("secret"), type: flags.text("type") },
        needed,
      );
      config.save();
      return 0;
    }
    case "set-all": {
      const json = flags.text("json");
      if (json) await setJson(config, json, needed);
      for (const { name: kind, value: pair } of flags.ordered) {
        if (kind !== "secret" && kind !== "plaintext") continue;
        const equals = pair.indexOf("=");
        if (equals < 0)
          throw new UserError(`config value not in the form [--plaintext or --secret] key=value: ${pair}`);
        await setOne(
          config,
          pair.slice(0, equals),
          pair.slice(equals + 1),
          { path, secret: kind === "secret", type: undefined },
          needed,
        );
      }
      config.save();
      return 0;
    }
    case "cp": {
      const name = flags.text("dest");
      if (!name) throw new UserError("a destination is needed: --dest STACK");
      const destination = workspace.stack(name);
      if (destination.name === stack.name)
        throw new UserError("current stack and destination stack are the same");
      await copyConfig(workspace.sealedConfig(stack), workspace.sealedConfig(destination), key, path);
      return 0;
    }
    case "rm":
    case "rm-all": {
      if (args.length === 0) throw new UserError("accepts 1 arg(s), received 0");
      for (const each of args) config.remove(each, path);
      config.save();
      return 0;
    }
    case "refresh":
      return refresh(config, flags, context, stack);
    default: {
      const merged = withProjectDefaults(project, config.values());
      const show = flags.flag("show-secrets");
      if (show && [...merged.values()].some(hasSecure)) await needed.load();
      const rows = [...merged].sort(([a], [b]) => (a < b ? -1 : 1));
      if (flags.flag("json")) {
        const entries = rows.map(([each, found]) => {
          if (hasSecure(found) && !show) return [each, { secret: true }];
          const plain = plainConfig(found, needed.get);
          return [
            each,
            {
              value: plain.value,
              ...(plain.object && { objectValue: JSON.parse(plain.value) as unknown }),
              secret: plain.secret,
            },
          ];
        });
        write(JSON.stringify(Object.fromEntries(entries), null, 2));
        return 0;
      }
      const shortened = (each: string): string =>
        each.startsWith(`${project.name}:`) ? each.slice(project.name.length + 1) : each;
      const width = Math.max(3, ...rows.map(([each]) => shortened(each).length));
      write(`${"KEY".padEnd(width)}  VALUE`);
      for (const [each, found] of rows)
        write(`${shortened(each).padEnd(width)}  ${plainConfig(found, needed.get, show).value}`);
      return 0;
    }
  }
}

/** The crypter is derived only when a secret is really read or written. */
class LazyCrypter {
  private crypter: Crypter | undefined;
  constructor(private readonly open: () => Promise<Crypter>) {}
  async load(): Promise<Crypter> {
    this.crypter ??= await this.open();
    return this.crypter;
  }
  readonly get = (): Crypter => {
    if (!this.crypter) throw new Error("the passphrase was not read yet");
    return this.crypter;
  };
}

async function setOne(
  config: StackConfig,
  key: string,
  value: string,
  options: { path: boolean; secret: boolean; type: string | undefined },
  crypter: LazyCrypter,
): Promise<void> {
  let stored: ConfigValue = value;
  if (options.secret) stored = { secure: (await crypter.load()).encrypt(value) };
  else if (options.type) stored = converted(value, options.type);
  else if (options.path && parseConfigPath(key).length > 1) stored = typedLeaf(value);
  config.set(key, stored, options.path);
}

function converted(value: string, type: string): ConfigValue {
  if (type === "string") return value;
  if (type === "bool" && ["true", "false"].includes(value)) return value === "true";
  if ((type === "int" && /^-?\d+$/.test(value)) || (type === "float" && !Number.isNaN(Number(value))))
    return Number(value);
  throw new UserError(`value '${value}' is not of type '${type}'`);
}

/** `{key: {value, secret}}`, as `config --json --show-secrets` prints it. */
async function setJson(config: StackConfig, json: string, crypter: LazyCrypter): Promise<void> {
  let parsed: Record<string, { value?: string; objectValue?: ConfigValue; secret?: boolean }>;
  try {
    parsed = JSON.parse(json) as typeof parsed;
  } catch (error) {
    throw new UserError(`could not parse --json argument: ${(error as Error).message}`);
  }
  for (const [key, { value, objectValue, secret }] of Object.entries(parsed)) {
    if (objectValue !== undefined && !secret) config.set(key, objectValue, false);
    else
      await setOne(
        config,
        key,
        value ?? "",
        { path: false, secret: secret === true, type: undefined },
        crypter,
      );
  }
}

async function readInput(context: CommandContext): Promise<string> {
  if (context.interactive) throw new UserError("a value is needed: pulumi config set KEY VALUE");
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8").replace(/\n$/, "");
}

/** Sets the stack file back to the configuration of the last update; the file as it was is kept beside it. */
function refresh(
  config: StackConfig,
  flags: Flags,
  { workspace, write }: CommandContext,
  stack: { project: string; name: string },
): number {
  const last = workspace.backend().history(stack)[0];
  if (!last) throw new UserError("getting latest configuration: no previous deployment");
  const keep = existsSync(config.file) && !flags.flag("force");
  if (keep) {
    let backup = `${config.file}.bak`;
    while (existsSync(backup)) backup += ".bak";
    copyFileSync(config.file, backup);
    write(`backed up existing configuration file to ${backup}`);
  }
  for (const key of config.values().keys()) config.remove(key, false);
  for (const [key, value] of Object.entries(last.config)) config.set(key, value, false);
  const salt = (workspace.backend().read(stack)?.secrets_providers?.state as { salt?: string } | undefined)
    ?.salt;
  if (salt) config.salt = salt;
  config.save();
  if (keep) write(`refreshed configuration for stack '${stack.name}'`);
  return 0;
}
