import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { PostgresServer } from "../../../postgres/server";

const PERIOD_MILLISECONDS = 100;

/**
 * Stops and continues the server's processes in turn, so that all work takes longer: `share` 0.5 halves the speed.
 * Works where /proc tells the children of a process; elsewhere only the first process is slowed.
 */
export function standStill(server: PostgresServer, share: number): () => void {
  const first = Number(readFileSync(path.join(server.directory, "postmaster.pid"), "utf8").split("\n", 1)[0]);
  let stopped: number[] = [];
  let ended = false;
  const carryOn = (): void => {
    for (const pid of stopped) send(pid, "SIGCONT");
    stopped = [];
  };
  const turn = (): void => {
    if (ended) return;
    stopped = [first, ...children(first)];
    for (const pid of stopped) send(pid, "SIGSTOP");
    setTimeout(() => {
      carryOn();
      if (!ended) setTimeout(turn, PERIOD_MILLISECONDS * (1 - share));
    }, PERIOD_MILLISECONDS * share);
  };
  turn();
  return () => {
    ended = true;
    carryOn();
  };
}

function children(parent: number): number[] {
  const found: number[] = [];
  try {
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      const status = statusOf(entry);
      if (status !== undefined && Number(status.slice(status.lastIndexOf(")") + 2).split(" ")[1]) === parent)
        found.push(Number(entry));
    }
  } catch {
    return [];
  }
  return found;
}

function statusOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}
