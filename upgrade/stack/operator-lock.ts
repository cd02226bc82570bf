import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { Refusal } from "../refusal";

/** Who turns the dial of a stack file, and since when. */
export interface Holder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  readonly since: string;
  readonly command: string;
}

export interface OperatorLock {
  /** Who held it before and died without giving it back. */
  readonly left: Holder | undefined;
  release(): void;
}

/**
 * Takes the dial for as long as a command runs: the backend's own lock is free between two updates, and a second operator
 * must not turn the dial there. What a killed command left on this machine is taken over.
 */
export function takeDial(configFile: string, command: string): OperatorLock {
  const file = `${configFile}.operator`;
  const own = `${file}.${process.pid}`;
  // Written beside and linked: whoever finds the lock finds all of it.
  writeFileSync(own, JSON.stringify(self(command)), { mode: 0o600 });
  try {
    return { left: take(file, own), release: () => rmSync(file, { force: true }) };
  } finally {
    rmSync(own, { force: true });
  }
}

/** Returns who left the lock behind, if anybody did. */
function take(file: string, own: string): Holder | undefined {
  let left: Holder | undefined;
  for (let tries = 0; tries < 5; tries += 1) {
    try {
      linkSync(own, file);
      return left;
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code !== "EEXIST") throw problem;
    }
    const holder = read(file);
    if (holder === undefined) continue;
    if (holder.host !== os.hostname() || isAlive(holder.pid)) throw occupied(holder, file);
    left = holder;
    removeLeft(file, holder);
  }
  throw new Refusal(`${file} cannot be taken: somebody else takes it again and again.`);
}

/** Another command may have taken over at the same instant: only the lock that was read is removed. */
function removeLeft(file: string, holder: Holder): void {
  const aside = `${file}.left.${process.pid}`;
  try {
    renameSync(file, aside);
    if (read(aside)?.pid !== holder.pid) linkSync(aside, file);
  } catch {
    // Gone already, or taken anew: the next try shows which.
  }
  rmSync(aside, { force: true });
}

const occupied = ({ user, host, since, command, pid }: Holder, file: string): Refusal =>
  new Refusal(
    `${user}@${host} has been working on this stack since ${since} (order-upgrade ${command}, process ${pid}). ` +
      `Wait until that ends. If ${host} is gone for good, remove ${file}.`,
  );

const self = (command: string): Holder => ({
  user: os.userInfo().username,
  host: os.hostname(),
  pid: process.pid,
  since: new Date().toISOString(),
  command,
});

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

/** Who turns the dial at this moment; undefined when nobody does, or the one who did was killed on this machine. */
export function turningNow(configFile: string): Holder | undefined {
  const holder = read(`${configFile}.operator`);
  const gone = holder !== undefined && holder.host === os.hostname() && !isAlive(holder.pid);
  return gone ? undefined : holder;
}

/** Whether a process of this machine runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    return (problem as NodeJS.ErrnoException).code === "EPERM";
  }
}
