import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { ended, spawnNode } from "../process/leash";
import { access } from "./access";
import type { Cloud } from "./cloud";
import { FAULTS } from "./faults";
import { Kills } from "./kills";
import type { DrillOptions } from "./options";
import { stackFile } from "./stack-file";
import type { Workspace } from "./workspace";

/** One update as the operator's command line reports it. */
export interface TurnReport {
  readonly phase: string;
  readonly weight?: number;
  readonly seconds: number;
  readonly startedAt: string;
  readonly verdict: "passed" | "failed";
  readonly changes: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  readonly steps: readonly {
    readonly operation: string;
    readonly type: string;
    readonly name: string;
    readonly finishedAt: string;
    readonly seconds: number;
  }[];
}

export interface CommandReport {
  readonly exitCode: number;
  readonly engine: { readonly kind: string; readonly version: string } | undefined;
  readonly phases: readonly TurnReport[];
  /** Why the command refused or failed, where that is not about one turn. */
  readonly problems?: readonly string[];
}

/** The operator of the drill: types the same commands a person would. */
export class Operator {
  /** Set for every command, such as who is at the keyboard. */
  readonly environment: NodeJS.ProcessEnv = {};
  private readonly kills: Kills;

  constructor(
    private readonly workspace: Workspace,
    private readonly options: DrillOptions,
    private readonly cloud: Cloud,
    private readonly print: (line: string) => void,
    private readonly signal: AbortSignal,
  ) {
    this.kills = new Kills(options.seed, FAULTS[options.fault ?? ""]?.kills ?? 0);
  }

  /**
   * Runs `order-upgrade …` and shows what it prints, once more whenever it was killed. Never throws for a refused upgrade:
   * the report says so.
   */
  async type(...command: readonly string[]): Promise<CommandReport> {
    for (;;) {
      const report = await this.typeOnce(command);
      if (report !== undefined) return report;
    }
  }

  /** Undefined when the command was killed. */
  private async typeOnce(command: readonly string[]): Promise<CommandReport | undefined> {
    const result = this.workspace.file("command.json");
    rmSync(result, { force: true });
    const child = spawnNode(
      path.join(this.workspace.root, "upgrade", "bin", "order-upgrade"),
      [
        ...command,
        "--stack",
        this.options.stack,
        "--config-file",
        stackFile(this.workspace),
        "--engine",
        this.options.engine,
        "--json",
        result,
      ],
      {
        cwd: this.workspace.root,
        env: {
          ...this.workspace.environment(this.cloud.providers),
          ...access(this.workspace, this.cloud),
          ...this.environment,
        },
      },
    );
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null)
        readline
          .createInterface({ input: stream })
          .on("line", (line) => this.print(line === "" ? "" : `  ${line}`));
    }
    // As Ctrl-C in a terminal would: the step under way is finished and saved.
    const interrupt = (): void => void child.kill("SIGINT");
    this.signal.addEventListener("abort", interrupt, { once: true });
    const end = ended(child);
    const killed = await this.kills.watch(child, end);
    const exitCode = await end;
    this.signal.removeEventListener("abort", interrupt);
    // Somebody who pressed Ctrl-C meanwhile does not want it typed again.
    if (killed !== undefined && !this.signal.aborted) {
      this.print(`  ✂ order-upgrade was killed (${killed}) and is typed again`);
      return undefined;
    }
    const document = existsSync(result)
      ? (JSON.parse(readFileSync(result, "utf8")) as Partial<CommandReport>)
      : {};
    return {
      exitCode: typeof exitCode === "number" ? exitCode : 1,
      engine: document.engine,
      phases: document.phases ?? [],
      problems: document.problems ?? [],
    };
  }
}
