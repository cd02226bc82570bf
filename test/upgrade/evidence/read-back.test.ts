import { describe, expect, it } from "vitest";
import { alteredDocuments, jobOf, recordedDigests } from "../../../upgrade/evidence/read-back";

const KEY = "staging/4.0.0/2/restore-check.json";
const operations = (...jobs: string[]) => ({ jobsSinceCompleted: async () => new Set(jobs) });
const stored = (digest: string) => ({ key: KEY, body: "{}", digest, storedAt: new Date(0) });
const outputs = (digest?: string) => ({ documents: digest === undefined ? {} : { [KEY]: digest } });

describe("what the stack read back", () => {
  it("names the Job that writes a document", () => {
    expect(jobOf(KEY)).toBe("restore-check-4-0-0-2");
  });

  it("holds a document that nobody wrote since to its digest", async () => {
    expect(await recordedDigests(operations(), outputs("a"), [stored("b")])).toEqual({ [KEY]: "a" });
  });

  it("leaves out what a Job of a killed update wrote anew, and only that", async () => {
    expect(await recordedDigests(operations("restore-check-4-0-0-2"), outputs("a"), [stored("b")])).toEqual(
      {},
    );
    expect(await recordedDigests(operations("restore-check-4-0-0-1"), outputs("a"), [stored("b")])).toEqual({
      [KEY]: "a",
    });
  });
});

describe("documents altered between two updates", () => {
  const between = (before?: string, after?: string, jobs: string[] = [], earlier: string[] = []) =>
    alteredDocuments(operations(...earlier), outputs(before), outputs(after), new Date(0), jobs);

  it("are those no Job wrote", async () => {
    expect(await between("a", "a")).toEqual([]);
    expect(await between("a", "b", ["restore-check-4-0-0-2"])).toEqual([]);
    expect(await between("a", "b", [], ["restore-check-4-0-0-2"])).toEqual([]);
    expect(await between("a", "b", ["restore-check-4-0-0-1"])).toEqual([
      expect.stringMatching(/restore-check\.json was altered since it was read back \(a\)/),
    ]);
  });

  it("are not those whose step a later attempt took again", async () => {
    const later = (key: string) =>
      alteredDocuments(operations(), outputs("a"), { documents: { [key]: "b" } }, new Date(0), []);
    expect(await later("staging/4.0.0/3/restore-check.json")).toEqual([]);
    for (const other of [
      "staging/4.0.0/1/restore-check.json",
      "staging/4.0.0/3/backup.json",
      "staging/4.1.0/3/restore-check.json",
    ])
      expect(await later(other)).toEqual([expect.stringMatching(/was removed since/)]);
  });

  it("are also those that are gone, whatever Job ran", async () => {
    expect(await between("a", undefined, [], ["restore-check-4-0-0-2"])).toEqual([
      expect.stringMatching(/was removed since/),
    ]);
  });
});
