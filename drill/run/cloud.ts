import type { ChildProcess } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { ended, spawnNode } from "../process/leash";
import { TYPESCRIPT } from "../process/typescript";
import type { Fault } from "./faults";
import type { Workspace } from "./workspace";

/** What the drill cloud tells when it is ready, see docs/contracts.md §7. */
interface Ready {
  readonly providers: Readonly<Record<string, number>>;
  readonly control: number;
}

/** The drill cloud as a process of its own; it dies with this one. */
export class Cloud {
  private constructor(
    private readonly workspace: Workspace,
    private readonly child: ChildProcess,
    private readonly ready: Ready,
  ) {}

  static async start(workspace: Workspace, replicaCap?: number): Promise<Cloud> {
    mkdirSync(workspace.images, { recursive: true });
    const cap = replicaCap === undefined ? [] : ["--replica-cap", String(replicaCap)];
    const [child, ready] = await startService(workspace, "cloud", "drill/cloud/main.ts", [
      "--directory",
      workspace.file("cloud"),
      "--images",
      workspace.images,
      ...cap,
    ]);
    return new Cloud(workspace, child, ready as Ready);
  }

  /** Ports for PULUMI_DEBUG_PROVIDERS. */
  get providers(): Readonly<Record<string, number>> {
    return this.ready.providers;
  }

  /** Where the control API and the cluster's API answer. */
  get control(): string {
    return `http://127.0.0.1:${this.ready.control}`;
  }

  /** Load balancers, databases, pods, Services, recorded kinds. */
  async state(): Promise<Record<string, unknown>> {
    return (await this.ask("GET", "/state")) as Record<string, unknown>;
  }

  async inject(fault: Fault): Promise<void> {
    await this.ask("POST", "/faults", fault);
  }

  /** The superuser of a database, which customers of RDS never see: for filling it and for the audit. */
  operatorUrl(identifier: string): string {
    return readFileSync(this.workspace.file("cloud", "operators", `${identifier}.url`), "utf8").trim();
  }

  /** Where objects are stored, and the keys to read them. */
  storage(): { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string } {
    return JSON.parse(readFileSync(this.workspace.file("cloud", "operators", "storage.json"), "utf8"));
  }

  async stop(): Promise<void> {
    this.child.kill("SIGTERM");
    await ended(this.child);
  }

  private async ask(method: string, route: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.control}${route}`, {
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
export async function startService(
  workspace: Workspace,
  name: string,
  script: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<[ChildProcess, unknown]> {
  const child = spawnNode(path.join(workspace.root, script), args, {
    cwd: workspace.root,
    env: { ...process.env, ...environment },
    nodeArguments: TYPESCRIPT,
  });
  const log = createWriteStream(workspace.file(`${name}.log`), { flags: "a", mode: 0o600 });
  child.stderr?.pipe(log, { end: false });
  const lines = readline.createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const ready = new Promise<unknown>((done) => {
    lines.on("line", (line) => {
      log.write(`${line}\n`);
      if (line.startsWith("{")) done(JSON.parse(line));
    });
  });
  const code = await Promise.race([ready.then(() => undefined), ended(child)]);
  if (code !== undefined)
    throw new Error(`${name} ended with ${code} before it was ready; see ${workspace.file(`${name}.log`)}`);
  return [child, await ready];
}
