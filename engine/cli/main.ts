import { userInfo } from "node:os";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { messageOf, notSupported, UserError } from "../errors";
import { VERSION } from "../version";
import type { CommandContext } from "./command";
import { CONFIG_FLAGS, configCommand } from "./config-commands";
import { type FlagDefinition, type Flags, parseFlags } from "./flags";
import { helpFor, UNSUPPORTED } from "./help";
import { cancelCommand, STACK_FLAGS, stackCommand } from "./stack-commands";
import { Workspace } from "./workspace";

const GLOBAL: FlagDefinition[] = [
  { name: "cwd", short: "C", kind: "string", description: "work in this folder" },
  { name: "non-interactive", kind: "boolean", description: "never ask" },
  { name: "color", kind: "string", description: "always, never, raw or auto" },
  { name: "disable-integrity-checking", kind: "boolean", description: "", hidden: true },
  { name: "emoji", short: "e", kind: "boolean", description: "", hidden: true },
  { name: "fully-qualify-stack-names", short: "Q", kind: "boolean", description: "", hidden: true },
  { name: "logflow", kind: "boolean", description: "", hidden: true },
  { name: "logtostderr", kind: "boolean", description: "", hidden: true },
  { name: "verbose", short: "v", kind: "string", description: "", hidden: true },
  { name: "tracing", kind: "string", description: "", hidden: true },
  { name: "profiling", kind: "string", description: "", hidden: true },
  { name: "memprofilerate", kind: "string", description: "", hidden: true },
  { name: "help", short: "h", kind: "boolean", description: "explain the command" },
];

interface Command {
  flags: FlagDefinition[];
  run(flags: Flags, args: string[], context: CommandContext): Promise<number>;
}

const ALIASES: Record<string, string> = { update: "up", dn: "destroy", down: "destroy", pre: "preview" };

/** Finds the command in the first words. @throws UserError for words that are no command */
async function findCommand(words: string[]): Promise<{ command: Command; name: string; used: number }> {
  const [first = "", second = ""] = words;
  const name = ALIASES[first] ?? first;
  if (["up", "preview", "refresh", "destroy"].includes(name)) {
    const { OPERATION_FLAGS } = await import("./operation-flags.js");
    const { operate } = await import("./operation-commands.js");
    return {
      name,
      used: 1,
      command: {
        flags: OPERATION_FLAGS[name] ?? [],
        run: (flags, _args, context) => operate(name as "up", flags, context),
      },
    };
  }
  if (name === "stack" || name === "config") {
    const known = name === "stack" ? STACK_FLAGS : CONFIG_FLAGS;
    const action = second in known && second !== "show" ? second : "show";
    if (second && !second.startsWith("-") && action === "show") {
      if (UNSUPPORTED.has(`${name} ${second}`)) throw notSupported(`${name} ${second}`);
      throw new UserError(`unknown command "${second}" for "pulumi ${name}"`);
    }
    const run = name === "stack" ? stackCommand : configCommand;
    return {
      name: action === "show" ? name : `${name} ${action}`,
      used: action === "show" ? 1 : 2,
      command: {
        flags: known[action] ?? [],
        run: (flags, args, context) => run(action, flags, args, context),
      },
    };
  }
  if (name === "policy" && second === "analyze") {
    const { ANALYZE_FLAGS, analyzeCommand } = await import("./policy-analyze.js");
    return {
      name: "policy analyze",
      used: 2,
      command: { flags: ANALYZE_FLAGS, run: (flags, _args, context) => analyzeCommand(flags, context) },
    };
  }
  const simple = SIMPLE[name];
  if (simple) return { name, used: 1, command: simple };
  if (UNSUPPORTED.has(name) || UNSUPPORTED.has(`${name} ${second}`))
    throw notSupported(`the command '${name}'`);
  throw new UserError(`unknown command "${first}" for "pulumi"`);
}

const YES: FlagDefinition = { name: "yes", short: "y", kind: "boolean", description: "do not ask" };
const STACK: FlagDefinition = { name: "stack", short: "s", kind: "string", description: "the stack" };

const SIMPLE: Record<string, Command> = {
  version: {
    flags: [],
    run: async (_flags, _args, { write }) => {
      write(`v${VERSION}`);
      return 0;
    },
  },
  whoami: {
    flags: [
      { name: "json", short: "j", kind: "boolean", description: "print JSON" },
      { name: "verbose", short: "v", kind: "boolean", description: "with details" },
    ],
    run: async (flags, _args, { workspace, write }) => {
      const user = userInfo().username;
      const { url } = workspace.backend();
      if (flags.flag("json")) write(JSON.stringify({ user, url }, null, 2));
      else write(user);
      if (flags.flag("verbose")) write(`Backend URL: ${url}`);
      return 0;
    },
  },
  login: {
    flags: [
      { name: "local", short: "l", kind: "boolean", description: "use file://~" },
      { name: "cloud-url", short: "c", kind: "string", description: "the backend" },
    ],
    run: async (flags, args, { workspace, write }) => {
      const url = flags.flag("local") ? "file://~" : (args[0] ?? flags.text("cloud-url"));
      if (!url) throw notSupported("login to Pulumi Cloud");
      workspace.login(url);
      write(`Logged in to ${url} as ${userInfo().username}`);
      return 0;
    },
  },
  cancel: { flags: [YES, STACK], run: cancelCommand },
};

/** Runs one command line. @returns the exit code */
export async function main(args: string[], engineRoot: string): Promise<number> {
  const writeError = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    return await dispatch(args, engineRoot, writeError);
  } catch (error) {
    if (error instanceof UserError) {
      if (error.message) writeError(`error: ${error.message}`);
      return error.exitCode;
    }
    writeError(`error: ${process.env.PULUMI_DEBUG_ENGINE ? (error as Error).stack : messageOf(error)}`);
    return 1;
  }
}

async function dispatch(
  args: string[],
  engineRoot: string,
  writeError: (line: string) => void,
): Promise<number> {
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  const { words, start } = leadingWords(args);
  if (words.length === 0 && (args.includes("--version") || args.includes("-v"))) {
    write(`v${VERSION}`);
    return 0;
  }
  if (words.length === 0 || words[0] === "help") {
    write(helpFor(undefined, []));
    return 0;
  }
  const { command, name, used } = await findCommand(words);
  const own = new Set(
    command.flags.flatMap(({ name: each, short }) => [each, ...(short ? [`-${short}`] : [])]),
  );
  const globals = GLOBAL.filter(({ name: each }) => !own.has(each)).map((flag) =>
    flag.short && own.has(`-${flag.short}`) ? { ...flag, short: "" } : flag,
  );
  const { flags, rest } = parseFlags(
    [...args.slice(0, start[0]), ...withoutWords(args, start.slice(0, used))],
    [...command.flags, ...globals],
  );
  if (flags.flag("help")) {
    write(
      helpFor(
        name,
        command.flags.filter(({ hidden }) => !hidden),
      ),
    );
    return 0;
  }
  const directory = resolve(flags.text("cwd") ?? process.cwd());
  if (flags.has("cwd")) process.chdir(directory);
  const interactive =
    process.stdin.isTTY === true && process.stdout.isTTY === true && !flags.flag("non-interactive");
  return command.run(flags, rest, {
    workspace: new Workspace(process.env, directory),
    engineRoot,
    interactive,
    write,
    writeError,
    confirm: async (question) => {
      const terminal = createInterface({ input: process.stdin, output: process.stdout });
      try {
        return /^y(es)?$/i.test((await terminal.question(`${question} [yes/no] `)).trim());
      } finally {
        terminal.close();
      }
    },
  });
}

/** The words of a command line before the first flag, and where they are; global flags may come first. */
function leadingWords(args: string[]): { words: string[]; start: number[] } {
  const words: string[] = [];
  const start: number[] = [];
  for (let i = 0; i < args.length && words.length < 2; i++) {
    const arg = args[i] as string;
    if (arg === "--") break;
    if (arg.startsWith("-")) {
      const definition = GLOBAL.find(
        ({ name, short }) => arg === `--${name}` || (short && arg === `-${short}`),
      );
      if (words.length === 0 && definition?.kind === "string" && !arg.includes("=")) i++;
      if (words.length > 0) break;
      continue;
    }
    words.push(arg);
    start.push(i);
  }
  return { words, start };
}

function withoutWords(args: string[], positions: number[]): string[] {
  return args.slice(positions[0] ?? 0).filter((_, i) => !positions.includes(i + (positions[0] ?? 0)));
}
