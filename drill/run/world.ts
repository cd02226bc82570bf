import type { ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { ended, spawnNode } from "../process/leash";
import type { Fault } from "./faults";
import type { Workspace } from "./workspace";

const TYPESCRIPT = ["--require", "tsx/cjs"];

/** What the drill cloud tells when it is ready, see docs/contracts.md §7. */
interface CloudReady {
  readonly providers: Readonly<Record<string, number>>;
  readonly control: number;
}

/** Everything around the order system: the cloud it runs in and the companies it talks to. */
export class World {
  private constructor(
    readonly providers: Readonly<Record<string, number>>,
    private readonly control: number,
    /** Addresses of the simulated payment provider and carrier. */
    readonly outside: { readonly payment: string; readonly carrier: string },
    private readonly processes: readonly ChildProcess[],
  ) {}

  /** Starts the drill cloud and the outside services; each dies with this process. */
  static async start(workspace: Workspace, seed: number): Promise<World> {
    const processes: ChildProcess[] = [];
    const service = async (name: string): Promise<string> => {
      const [child, ready] = await startService(workspace, name, `drill/shop/outside/${name}.ts`, [
        "--port",
        "0",
        "--seed",
        String(seed),
        "--state",
        workspace.file(`${name}.json`),
      ]);
      processes.push(child);
      return `http://127.0.0.1:${(ready as { port: number }).port}`;
    };
    const [payment, carrier] = await Promise.all([service("payment"), service("carrier")]);
    const [cloud, ready] = await startService(workspace, "cloud", "drill/cloud/main.ts", [
      "--directory",
      workspace.file("cloud"),
      "--images",
      workspace.images,
    ]);
    processes.push(cloud);
    const { providers, control } = ready as CloudReady;
    return new World(providers, control, { payment, carrier }, processes);
  }

  /** State of the drill cloud: load balancers, databases, pods, recorded kinds. */
  async state(): Promise<Record<string, unknown>> {
    return (await this.ask("GET", "/state")) as Record<string, unknown>;
  }

  async inject(fault: Fault): Promise<void> {
    await this.ask("POST", "/faults", fault);
  }

  /** Stops everything in order: the cloud first, with all it runs. */
  async stop(): Promise<void> {
    for (const child of [...this.processes].reverse()) {
      child.kill("SIGTERM");
      await ended(child);
    }
  }

  private async ask(method: string, route: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.control}${route}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    if (!response.ok)
      throw new Error(`drill cloud: ${method} ${route}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

/** Starts a program of the drill and waits for the one line of JSON it prints when it is ready. */
async function startService(
  workspace: Workspace,
  name: string,
  script: string,
  args: readonly string[],
): Promise<[ChildProcess, unknown]> {
  const child = spawnNode(path.join(workspace.root, script), args, {
    cwd: workspace.root,
    nodeArguments: TYPESCRIPT,
  });
  const log = createWriteStream(workspace.file(`${name}.log`), { flags: "a", mode: 0o600 });
  child.stderr?.pipe(log, { end: false });
  const lines = readline.createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const ready = new Promise<unknown>((done) => {
    lines.on("line", (line) => {
      log.write(`${line}\n`);
      if (line.startsWith("{")) done(safeParse(line));
    });
  });
  const code = await Promise.race([ready.then(() => undefined), ended(child)]);
  if (code !== undefined)
    throw new Error(`${name} ended with ${code} before it was ready; see ${workspace.file(`${name}.log`)}`);
  return [child, await ready];
}

function safeParse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
