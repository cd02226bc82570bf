import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { bundle } from "../../drill/images/bundle";
import { ended, spawnNode } from "../../drill/process/leash";

const ROOT = path.resolve(__dirname, "../..");

/** The migration engine as a program of its own, as a Job runs it. */
export class JobProgram {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<JobProgram> {
    const folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-bench-"));
    const { contents } = await bundle(ROOT, "bench/migration/job.ts");
    writeFileSync(path.join(folder, "migrate.cjs"), contents);
    return new JobProgram(folder);
  }

  /** Starts `migrate run` on a database. */
  start(url: string, parallel: number, chunkRows: number): RunningJob {
    const releases = path.join(ROOT, "releases");
    const child = spawnNode(
      path.join(this.folder, "migrate.cjs"),
      ["run", "--release", "4.0.0", "--releases", releases, "--parallel", String(parallel)].concat([
        "--chunk-rows",
        String(chunkRows),
      ]),
      { env: { ...process.env, DATABASE_URL: url } },
    );
    return new RunningJob(child);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class RunningJob {
  /** Largest resident size so far, in MiB; NaN where the system does not tell. */
  peak = Number.NaN;
  private output = "";

  constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (text: Buffer) => {
        this.output = (this.output + String(text)).slice(-4000);
      });
    const timer = setInterval(() => this.look(), 50);
    child.once("exit", () => clearInterval(timer));
  }

  /** Resolves at the end of the program; throws when it failed. */
  async done(): Promise<void> {
    const code = await ended(this.child);
    if (code !== 0) throw new Error(`the migration ended with ${code}\n${this.output}`);
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await ended(this.child);
  }

  private look(): void {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
      const found = /VmHWM:\s+(\d+) kB/.exec(status);
      if (found !== null) this.peak = Number(found[1]) / 1024;
    } catch {
      // The process is over, or this system has no /proc.
    }
  }
}
