import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import path from "node:path";

/**
 * Processes on a leash: each dies when the process that started it dies, even by SIGKILL.
 *
 * The parent holds the writing end of the child's standard input and never writes. When the parent is gone the
 * kernel closes the pipe, and whoever reads it ends the child. No process ids are remembered, so none can be stale.
 */
export interface LeashOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Run as this user; only root can ask for it. */
  readonly uid?: number;
  readonly gid?: number;
  /** Where stdout and stderr go. Default "pipe". */
  readonly output?: "pipe" | "ignore" | number;
  /** Signal for a foreign program whose parent died. Default SIGKILL. */
  readonly lastSignal?: "KILL" | "QUIT" | "TERM" | "INT";
}

const PARENT_WATCH = path.join(__dirname, "parent-watch.cjs");

// The reading subshell waits for the end of standard input; a foreign program itself sees an empty one.
// The traps stand before the program starts: a signal in between would end this shell alone and leave the program.
// A signal interrupts "wait" with a code of its own, so it is asked again; 127 means the program's code was given before.
const SHELL_LEASH = `
exec 3<&0 </dev/null
child=; pending=; passed=
pass() { passed=$1; if [ -n "$child" ]; then kill -s "$1" "$child"; else pending=$1; fi; }
trap 'pass TERM' TERM
trap 'pass INT' INT
trap 'pass QUIT' QUIT
"$@" 3<&- & child=$!
( read -r never <&3; kill -s "$LAST_SIGNAL" $child; sleep 5; kill -s KILL $child ) >/dev/null 2>&1 & watch=$!
exec 3<&-
[ -z "$pending" ] || kill -s "$pending" $child
wait $child; code=$?
while [ -n "$passed" ]; do passed=; wait $child; again=$?; [ $again -eq 127 ] || code=$again; done
kill $watch 2>/dev/null
exit $code`;

/** Starts a Node program (a script and its arguments) on a leash. */
export function spawnNode(
  script: string,
  args: readonly string[],
  options: LeashOptions & { readonly nodeArguments?: readonly string[] } = {},
): ChildProcess {
  return spawn(
    process.execPath,
    ["--require", PARENT_WATCH, ...(options.nodeArguments ?? []), script, ...args],
    spawnOptions(options, options.env ?? process.env),
  );
}

/** Starts any program on a leash, by way of a small shell that waits beside it. */
export function spawnProgram(
  command: string,
  args: readonly string[],
  options: LeashOptions = {},
): ChildProcess {
  const env = { ...(options.env ?? process.env), LAST_SIGNAL: options.lastSignal ?? "KILL" };
  return spawn("/bin/sh", ["-c", SHELL_LEASH, "leash", command, ...args], spawnOptions(options, env));
}

/** Resolves with the exit code, or the name of the signal, once the process has ended. */
export function ended(child: ChildProcess): Promise<number | NodeJS.Signals> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  if (child.signalCode !== null) return Promise.resolve(child.signalCode);
  return new Promise((done, fail) => {
    child.once("exit", (code, signal) => done(signal ?? code ?? 0));
    child.once("error", fail);
  });
}

function spawnOptions(options: LeashOptions, env: NodeJS.ProcessEnv): SpawnOptions {
  const output = options.output ?? "pipe";
  return {
    // A group of its own: Ctrl-C in a terminal reaches the parent, which then stops its children in order.
    detached: true,
    stdio: ["pipe", output, output],
    env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  };
}
