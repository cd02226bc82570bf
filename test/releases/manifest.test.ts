import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { knownReleases, loadRelease, ReleaseProblem } from "../../releases/load";

const RELEASES = path.join(__dirname, "..", "..", "releases");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-releases-"));
  for (const release of knownReleases(RELEASES))
    cpSync(path.join(RELEASES, release), path.join(folder, release), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function edit(change: (text: string) => string): void {
  const file = path.join(folder, "4.0.0", "manifest.yaml");
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

function problems(): readonly string[] {
  try {
    loadRelease(folder, "4.0.0");
  } catch (problem) {
    if (problem instanceof ReleaseProblem) return problem.problems;
    throw problem;
  }
  return [];
}

describe("a release's manifest", () => {
  it("is read for every release of the repository", () => {
    for (const release of knownReleases(RELEASES))
      expect(loadRelease(RELEASES, release).version).toBe(release);
  });

  it("reports an unknown release with the known ones", () => {
    expect(() => loadRelease(folder, "9.9.9")).toThrow(/"9\.9\.9" is unknown.*3\.2\.0, 4\.0\.0/);
  });

  it("reports a YAML mistake with file and line, without a stack", () => {
    edit((text) => `${text}\nmodules: [\n`);
    expect(problems()[0]).toMatch(/manifest\.yaml:\d+:/);
  });

  it("reports all problems at once, each with path and value", () => {
    edit((text) => text.replace(/kind: service/, "kind: servant").replace(/contact: .*?,/, ""));
    expect(problems().join("\n")).toMatch(/modules\.0\.kind.*"servant"/);
    expect(problems().join("\n")).toMatch(/support\.contact/);
  });

  it("refuses a folder that holds another release", () => {
    edit((text) => text.replace("version: 4.0.0", "version: 4.0.1"));
    expect(problems().join()).toMatch(/version: must be "4\.0\.0"/);
  });

  it("refuses a tag in place of a digest", () => {
    edit((text) => text.replace(/orders@sha256:[0-9a-f]{64}/, "orders:4.0.0"));
    expect(problems().join()).toMatch(/images\.orders\.reference: must be REPOSITORY@sha256:DIGEST/);
  });

  it("refuses a call to a module that does not exist", () => {
    edit((text) => text.replace(/calls: \[inventory/, "calls: [inventroy"));
    expect(problems().join()).toMatch(/names no module: "inventroy"/);
  });
});
