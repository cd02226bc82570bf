import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { ImageRefused, type Registry } from "../ports";

const REFERENCE = /^([a-z0-9][a-z0-9._/:-]*)@sha256:([0-9a-f]{64})$/;

/**
 * The image registry: programs lie as `<folder>/<repository>/<digest>.cjs`.
 *
 * A program is hashed each time it is pulled, so one that was altered after it was published does not start.
 */
export function openRegistry(folder: string): Registry {
  return {
    async pull(reference) {
      const [, repository, digest] = REFERENCE.exec(reference) ?? [];
      if (repository === undefined || digest === undefined || repository.split("/").includes(".."))
        throw new ImageRefused(reference, "InvalidImageName: expected REPOSITORY@sha256:DIGEST");
      const file = path.join(folder, repository, `${digest}.cjs`);
      const hash = createHash("sha256");
      try {
        await pipeline(createReadStream(file), hash);
      } catch (problem) {
        if ((problem as NodeJS.ErrnoException).code !== "ENOENT") throw problem;
        throw new ImageRefused(reference, "manifest unknown: no such digest in the registry");
      }
      const real = hash.digest("hex");
      if (real !== digest)
        throw new ImageRefused(reference, `the content is sha256:${real}, not what the digest promises`);
      return file;
    },
  };
}
