import os from "node:os";
import { isAlive } from "./operator-lock";

/** Who holds the backend's lock, as a Pulumi executable tells it. */
export interface BackendHolder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  readonly since: string;
}

const HOLDER = /created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/;

/** Reads the holder out of an engine's refusal; undefined where the backend does not name one (Pulumi Cloud). */
export function holderIn(message: string): BackendHolder | undefined {
  const [, user, host, pid, since] = HOLDER.exec(message) ?? [];
  return user === undefined || host === undefined || since === undefined
    ? undefined
    : { user, host, pid: Number(pid), since: since.replace(/[.,]$/, "") };
}

/** Whether the process that holds the lock is gone, which only its own machine can tell. */
export const isAbandoned = (holder: BackendHolder | undefined): boolean =>
  holder !== undefined && holder.host === os.hostname() && !isAlive(holder.pid);

export const isHere = (holder: BackendHolder | undefined): boolean => holder?.host === os.hostname();
