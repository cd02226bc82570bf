import { mkdirSync, readdirSync, renameSync } from "node:fs";
import path from "node:path";
import { own } from "../../../postgres/server";
import { removeDirectory } from "./data-directory";

type Kind = "instances" | "snapshots";

/** Data directories of servers and of snapshots. */
export interface DatabaseFolders {
  of(kind: Kind, identifier: string): string;
  /** Fills a folder under another name and renames it, so that half a data directory is never taken for a whole one. */
  fill(kind: Kind, identifier: string, fill: (directory: string) => Promise<void>): Promise<void>;
  remove(kind: Kind, identifier: string): void;
}

/** Clears away what a killed process left half done, and what a drill left that has been thrown away. */
export function openFolders(
  directory: string,
  isKnown: Readonly<Record<Kind, (identifier: string) => boolean>>,
): DatabaseFolders {
  for (const kind of ["instances", "snapshots"] as const) {
    const parent = path.join(directory, kind);
    mkdirSync(parent, { recursive: true, mode: 0o711 });
    for (const name of readdirSync(parent))
      if (!isKnown[kind](name)) removeDirectory(path.join(parent, name));
  }
  const of = (kind: Kind, identifier: string): string => path.join(directory, kind, identifier);
  return {
    of,
    async fill(kind, identifier, fill) {
      const fresh = `${of(kind, identifier)}.new`;
      removeDirectory(fresh);
      removeDirectory(of(kind, identifier));
      try {
        await fill(fresh);
        own(fresh);
        renameSync(fresh, of(kind, identifier));
      } catch (problem) {
        removeDirectory(fresh);
        throw problem;
      }
    },
    remove: (kind, identifier) => removeDirectory(of(kind, identifier)),
  };
}
