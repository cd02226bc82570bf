import type { ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import { ended, spawnNode } from "../../../process/leash";
import type { Container, ContainerState, Probe } from "../api/types/pod";
import { followLines } from "./log-file";
import { ProbeLoop, runHandler, type Surroundings } from "./probes";

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** An open file for what it prints; closed when it has ended. */
  readonly log: number;
  /** Shown every line, when given. */
  readonly onLine: ((line: string) => void) | undefined;
  /** Milliseconds by which its readiness is held back. */
  readonly readinessDelay: number;
}

export interface ContainerChange {
  readonly state: ContainerState;
  readonly started: boolean;
  readonly ready: boolean;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGTERM: 143, SIGKILL: 137, SIGINT: 130 };

/** One run of one container: a process on a leash, with its probes. */
export class ContainerRun {
  readonly #child: ChildProcess;
  readonly #startedAt: string;
  readonly #probes: ProbeLoop[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #started = false;
  #ready = false;
  #over = false;
  #why: string | undefined;

  constructor(
    private readonly container: Container,
    program: Program,
    private readonly around: Surroundings,
    private readonly tell: (change: ContainerChange) => void,
  ) {
    const piped = program.onLine !== undefined;
    this.#child = spawnNode(program.file, program.args, {
      cwd: around.folder,
      env: { ...around.environment },
      output: piped ? "pipe" : program.log,
    });
    if (program.onLine !== undefined) {
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        if (stream !== null) followLines(stream, program.log, program.onLine);
      }
    }
    this.#startedAt = now();
    void this.#waitForEnd(program.log, piped);
    this.#timers.push(setTimeout(() => this.#begin(program.readinessDelay), 0));
  }

  get processId(): number | undefined {
    return this.#child.pid;
  }

  get over(): boolean {
    return this.#over;
  }

  /** preStop, SIGTERM, and SIGKILL when the grace period is over; resolves when the process has ended. */
  async stop(graceMilliseconds: number, why?: string): Promise<void> {
    if (this.#over) return;
    this.#why = why;
    const deadline = Date.now() + graceMilliseconds;
    const preStop = this.container.lifecycle?.preStop;
    if (preStop !== undefined && graceMilliseconds > 0)
      await runHandler(preStop, this.around, graceMilliseconds);
    this.#quiet();
    if (this.#over) return;
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), Math.max(0, deadline - Date.now()));
    await ended(this.#child).catch(() => undefined);
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #begin(readinessDelay: number): void {
    const { startupProbe } = this.container;
    if (this.#over) return;
    if (startupProbe === undefined) {
      this.#afterStart(readinessDelay);
      return;
    }
    this.#tell();
    this.#watch(startupProbe, true, (healthy, reason) => {
      if (healthy && !this.#started) this.#afterStart(readinessDelay);
      if (!healthy) void this.#restart(`startup probe: ${reason}`);
    });
  }

  #afterStart(readinessDelay: number): void {
    const { readinessProbe, livenessProbe } = this.container;
    this.#started = true;
    if (readinessProbe === undefined && readinessDelay === 0) this.#ready = true;
    this.#tell();
    if (livenessProbe !== undefined) {
      this.#watch(livenessProbe, false, (healthy, reason) => {
        if (!healthy) void this.#restart(`liveness probe: ${reason}`);
      });
    }
    if (this.#ready) return;
    this.#timers.push(
      setTimeout(() => {
        if (readinessProbe === undefined) return this.#setReady(true);
        this.#watch(readinessProbe, true, (healthy) => this.#setReady(healthy));
      }, readinessDelay),
    );
  }

  #watch(probe: Probe, eager: boolean, tell: (healthy: boolean, reason: string) => void): void {
    if (this.#over) return;
    const loop = new ProbeLoop(probe, this.around, eager, tell);
    this.#probes.push(loop);
    loop.start();
  }

  #setReady(ready: boolean): void {
    if (this.#over || this.#ready === ready) return;
    this.#ready = ready;
    this.#tell();
  }

  async #restart(why: string): Promise<void> {
    this.#quiet();
    await this.stop(10_000, why);
  }

  async #waitForEnd(log: number, piped: boolean): Promise<void> {
    const code = await ended(this.#child).catch(() => 128);
    this.#over = true;
    this.#quiet();
    // Lines that are still in the pipe come within the same turn or two.
    if (piped) setTimeout(() => closeSync(log), 1000).unref();
    else closeSync(log);
    const exitCode = typeof code === "number" ? code : (SIGNALS[code] ?? 128);
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? "Completed" : "Error",
      startedAt: this.#startedAt,
      finishedAt: now(),
      ...(this.#why === undefined ? {} : { message: this.#why }),
    };
    this.tell({ state: { terminated }, started: false, ready: false });
  }

  #quiet(): void {
    for (const probe of this.#probes) probe.stop();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #tell(): void {
    this.tell({
      state: { running: { startedAt: this.#startedAt } },
      started: this.#started,
      ready: this.#ready,
    });
  }
}

function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
