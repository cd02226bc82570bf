import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Writable } from "node:stream";

/** Processes the engine has started; they end with it, whatever happens to it. */
export class Children {
  private readonly running = new Set<ChildProcess>();

  /** `debug`: somebody wants to see the debug messages of programs. */
  constructor(
    private readonly engineRoot: string,
    private readonly debug = false,
  ) {}

  /**
   * Starts a Node script. Its output comes on stdout and stderr; stdin is empty. `ahead`: it loads the SDK and waits until
   * it is `released`; its last argument must be the one it is released with.
   */
  node(
    nodeArguments: string[],
    script: string,
    args: string[],
    options: { cwd: string; env: NodeJS.ProcessEnv; ahead?: boolean },
  ): ChildProcess {
    const preloaded = [
      "../start/optimise-late.cjs",
      "../start/code-cache.cjs",
      "host/print-errors.cjs",
      "../start/lazy-modules.cjs",
      ...(this.debug ? [] : ["host/drop-debug.cjs"]),
      ...(options.ahead ? ["host/standby.cjs"] : []),
      "host/leash.cjs",
    ].flatMap((file) => ["--require", join(this.engineRoot, file)]);
    const child = spawn(process.execPath, [...preloaded, ...nodeArguments, script, ...args], {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    this.running.add(child);
    child.once("close", () => this.running.delete(child));
    child.once("error", () => this.running.delete(child));
    return child;
  }

  /** Lets a process that was started ahead run with these arguments. False: it is gone. */
  release(child: ChildProcess, args: string[]): boolean {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return false;
    const pipe = child.stdio[3] as Writable;
    // When it dies meanwhile its end is what counts.
    pipe.on("error", () => {});
    pipe.write(`${JSON.stringify(args)}\n`);
    return true;
  }

  killAll(): void {
    for (const child of this.running) child.kill("SIGKILL");
  }
}

/** Calls `line` for every line a stream brings; the last one need not end with a newline. */
export function onLines(stream: NodeJS.ReadableStream | null, line: (text: string) => void): void {
  let rest = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) line(text);
  });
  stream?.on("end", () => {
    if (rest) line(rest);
    rest = "";
  });
}
