import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import type { Collection, Persistence } from "../ports";
import { writeAtomically } from "./atomic-file";
import type { Vault } from "./vault";

/** Documents of one part of the cloud under `directory`, and a folder `files` for what is not a document. */
export function openStore(directory: string, vault: Vault): Persistence {
  const files = path.join(directory, "files");
  mkdirSync(files, { recursive: true, mode: 0o700 });
  const collections = new Map<string, Collection<unknown>>();
  return {
    directory: files,
    collection<T>(name: string) {
      const known = collections.get(name) ?? openCollection<unknown>(path.join(directory, "documents", name));
      collections.set(name, known);
      return known as Collection<T>;
    },
    seal: vault.seal,
    open: vault.open,
  };
}

interface Stored<T> {
  readonly key: string;
  readonly document: T;
}

function openCollection<T>(directory: string): Collection<T> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const documents = new Map<string, T>();
  for (const name of readdirSync(directory).sort()) {
    const file = path.join(directory, name);
    // Left behind by a process that was killed while it wrote.
    if (!name.endsWith(".json")) rmSync(file, { force: true });
    else {
      const { key, document } = JSON.parse(readFileSync(file, "utf8")) as Stored<T>;
      documents.set(key, document);
    }
  }
  return {
    get: (key) => documents.get(key),
    set(key, document) {
      documents.set(key, document);
      writeAtomically(path.join(directory, fileName(key)), JSON.stringify({ key, document }));
    },
    delete(key) {
      if (documents.delete(key)) rmSync(path.join(directory, fileName(key)), { force: true });
    },
    entries: () => documents.entries(),
  };
}

/** A readable name that is unique even where a file system ignores case. */
function fileName(key: string): string {
  const digest = createHash("sha256").update(key).digest("hex").slice(0, 16);
  return `${key.replace(/[^\w.-]+/g, "_").slice(-80)}.${digest}.json`;
}
