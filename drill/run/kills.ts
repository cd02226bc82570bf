import type { ChildProcess } from "node:child_process";
import { Random } from "../shop/generator/random";

/** Milliseconds of the operator's commands between two kills, on average: a few in each update, none when it is short. */
const MEAN = 14_000;

/** Kills the operator's commands with SIGKILL, at instants that depend on the seed alone, so many times in all. */
export class Kills {
  private readonly random: Random;
  private done = 0;
  /** Milliseconds a command may still run before the next kill. */
  private left: number;

  constructor(
    seed: number,
    private readonly times: number,
    private readonly mean = MEAN,
  ) {
    this.random = new Random(seed, "kills");
    this.left = this.draw();
  }

  /** Kills `child` when its time has come. Resolves with "3 of 20", or undefined when it ended by itself. */
  async watch(child: ChildProcess, ended: Promise<unknown>): Promise<string | undefined> {
    if (this.done >= this.times) {
      await ended;
      return undefined;
    }
    const began = Date.now();
    let killed = false;
    const timer = setTimeout(() => {
      killed = child.kill("SIGKILL");
    }, this.left);
    await ended;
    clearTimeout(timer);
    this.left -= Date.now() - began;
    if (!killed) return undefined;
    this.done += 1;
    this.left = this.draw();
    return `${this.done} of ${this.times}`;
  }

  /** Waiting times of a Poisson process: any instant is as likely as any other. */
  private draw(): number {
    return -Math.log(1 - this.random.unit()) * this.mean;
  }
}
