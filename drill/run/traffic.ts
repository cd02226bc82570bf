import type { ChildProcess } from "node:child_process";
import { appendFileSync } from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { ended, spawnNode } from "../process/leash";
import { TYPESCRIPT } from "../process/typescript";
import type { DrillOptions } from "./options";
import type { Workspace } from "./workspace";

/** What the load tells each second. */
export interface Pulse {
  readonly time: string;
  readonly requests: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
}

/** The customers of a drill: a process of its own that knows nothing but the public address. */
export class Traffic {
  private latest: Pulse | undefined;
  private summary: unknown;

  private constructor(private readonly child: ChildProcess) {}

  static start(workspace: Workspace, options: DrillOptions, address: string): Traffic {
    const child = spawnNode(
      path.join(workspace.root, "drill", "load", "main.ts"),
      [
        "--address",
        address,
        "--rate",
        String(options.rate),
        "--seed",
        String(options.seed),
        "--ledger",
        ledgerFile(workspace),
        "--customers",
        customersFile(workspace),
        "--control",
      ],
      { cwd: workspace.root, nodeArguments: TYPESCRIPT },
    );
    const traffic = new Traffic(child);
    child.stderr?.on("data", (text: Buffer) => appendFileSync(workspace.file("load.log"), text));
    readline
      .createInterface({ input: child.stdout as NodeJS.ReadableStream })
      .on("line", (line) => traffic.read(line));
    return traffic;
  }

  get pulse(): Pulse | undefined {
    return this.latest;
  }

  /** Waits until the shop has answered customers for a while, so that figures before the upgrade exist. */
  async settled(requests: number): Promise<void> {
    while ((this.latest?.requests ?? 0) < requests) {
      if (this.child.exitCode !== null)
        throw new Error(`the load ended with ${this.child.exitCode}; see load.log`);
      await new Promise((done) => setTimeout(done, 200));
    }
  }

  /** Lets the customers finish what they began. */
  async stop(): Promise<unknown> {
    this.child.kill("SIGTERM");
    await ended(this.child);
    return this.summary;
  }

  private read(line: string): void {
    const value = JSON.parse(line) as Pulse | { summary: unknown };
    if ("summary" in value) this.summary = value.summary;
    else this.latest = value;
  }
}

export const ledgerFile = (workspace: Workspace): string => workspace.file("ledger.jsonl");
export const customersFile = (workspace: Workspace): string => workspace.file("customers.json");
