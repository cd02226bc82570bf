import { freePort, isFree } from "../../process/ports";
import type { Collection } from "../ports";

/** Ports that stay the same after a restart, by what they are for. */
export interface Ports {
  /** The port used before, if it is free; else a new one. */
  choose(purpose: string): Promise<number>;
  release(purpose: string): void;
}

export function rememberPorts(collection: Collection<number>): Ports {
  return {
    async choose(purpose) {
      const before = collection.get(purpose);
      if (before !== undefined && (await isFree(before))) return before;
      // A port that another purpose remembers may be free only because its owner has not started yet.
      const taken = new Set([...collection.entries()].map(([, port]) => port));
      let port = await freePort();
      while (taken.has(port)) port = await freePort();
      collection.set(purpose, port);
      return port;
    },
    release: (purpose) => collection.delete(purpose),
  };
}
