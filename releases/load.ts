import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { type Manifest, manifestSchema } from "./manifest";

/** What is wrong with a release folder: all problems at once, each with its place. */
export class ReleaseProblem extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.map((problem) => `  - ${problem}`).join("\n"));
    this.name = "ReleaseProblem";
    this.stack = "";
  }
}

/** Versions that have a folder below `directory`, oldest first. */
export function knownReleases(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d+\.\d+\.\d+$/.test(entry.name))
    .map((entry) => entry.name)
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** Reads and checks `<directory>/<version>/manifest.yaml`. Throws a ReleaseProblem that lists everything wrong with it. */
export function loadRelease(directory: string, version: string): Manifest {
  const file = path.join(directory, version, "manifest.yaml");
  if (!existsSync(file)) {
    throw new ReleaseProblem([
      `release "${version}" is unknown; ${directory} holds ${knownReleases(directory).join(", ") || "none"}`,
    ]);
  }
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, "utf8"), { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new ReleaseProblem(
      document.errors.map(
        (error) => `${file}:${lines.linePos(error.pos[0]).line}: ${error.message.split("\n")[0]}`,
      ),
    );
  }
  const result = manifestSchema.safeParse(document.toJS());
  const problems = result.success
    ? []
    : result.error.issues.map((issue) => {
        const got = issue.path.reduce<unknown>(
          (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
          document.toJS(),
        );
        return `${file}: ${issue.path.join(".") || "the document"}: ${issue.message}${got === undefined ? "" : ` (got ${JSON.stringify(got).slice(0, 80)})`}`;
      });
  if (result.success && result.data.version !== version)
    problems.push(
      `${file}: version: must be "${version}" as the folder is called (got "${result.data.version}")`,
    );
  if (problems.length > 0 || !result.success) throw new ReleaseProblem(problems);
  return result.data;
}
