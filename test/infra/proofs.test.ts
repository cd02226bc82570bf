import { describe, expect, it } from "vitest";
import type { GatePlan } from "../../infra/plan";
import { judgeDataModel, judgeEarlier, judgeOwn, type Proof, type Proofs } from "../../infra/plan/proofs";
import { CURRENT, manifests, NEXT, planAt } from "./samples";

const NOW = new Date("2026-06-10T12:00:00Z");
const hoursAgo = (hours: number): string => new Date(NOW.getTime() - hours * 3_600_000).toISOString();
const proof = (step: string, hours = 1, changes: Partial<Proof> = {}): Proof => ({
  key: `test/${NEXT}/1/${step}.json`,
  step,
  release: NEXT,
  attempt: 1,
  verdict: "passed",
  startedAt: hoursAgo(hours),
  finishedAt: hoursAgo(hours),
  failed: [],
  ...changes,
});
const all: Proofs = {
  precheck: proof("precheck", 5),
  backup: proof("backup", 5),
  "restore-check": proof("restore-check", 5),
  migrate: proof("migrate", 3),
  verify: proof("verify", 2),
};

describe("entering a phase", () => {
  it("is allowed with all proofs", () => {
    for (const phase of ["steady", "prepared", "migrated", "staged", "live", "reverted"] as const)
      expect(judgeEarlier(planAt(phase), all, NOW)).toEqual([]);
    expect(judgeEarlier(planAt("complete"), { ...all, switched: proof("switched") }, NOW)).toEqual([]);
  });

  it("names every missing proof and the phase that makes it", () => {
    expect(judgeEarlier(planAt("live"), {}, NOW)).toEqual([
      "backup of 4.0.0: there is no document. Turn the dial to prepared first.",
      "restore-check of 4.0.0: there is no document. Turn the dial to prepared first.",
      "migrate of 4.0.0: there is no document. Turn the dial to migrated first.",
      "verify of 4.0.0: there is no document. Turn the dial to staged first.",
    ]);
  });

  it("is refused when a proof failed, naming the document and what does not hold", () => {
    const failed = proof("verify", 1, { verdict: "failed", failed: ["stock-never-negative"] });
    expect(judgeEarlier(planAt("live"), { ...all, verify: failed }, NOW)).toEqual([
      'verify of 4.0.0: test/4.0.0/1/verify.json says "failed" (stock-never-negative). Put right what it names, raise attempt and run again.',
    ]);
  });

  it("is refused when the backup or its restore check is stale (D1)", () => {
    const stale = { ...all, backup: proof("backup", 25), "restore-check": proof("restore-check", 25) };
    const problems = judgeEarlier(planAt("live"), stale, NOW);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toBe(
      "backup of 4.0.0: test/4.0.0/1/backup.json is stale: 1d 1h old, at most 1d is allowed. Raise attempt and go through prepared again.",
    );
    expect(judgeEarlier(planAt("staged"), stale, NOW)).toEqual([]);
  });

  it("does not let proofs grow stale behind a switch that is recorded", () => {
    const switchedLongAgo = {
      ...all,
      backup: proof("backup", 40),
      "restore-check": proof("restore-check", 40),
      verify: proof("verify", 39),
      switched: proof("switched", 38),
    };
    expect(judgeEarlier(planAt("live"), switchedLongAgo, NOW)).toEqual([]);
    // The dial went back in between: the switch ahead is a new one.
    expect(
      judgeEarlier(planAt("live"), { ...switchedLongAgo, verify: proof("verify", 2) }, NOW),
    ).toHaveLength(2);
  });

  it("is refused on proofs from before a revert", () => {
    expect(judgeEarlier(planAt("staged"), { ...all, revert: proof("revert", 1) }, NOW)).toHaveLength(4);
    expect(judgeEarlier(planAt("staged"), { ...all, revert: proof("revert", 9) }, NOW)).toEqual([]);
  });

  it("is refused on a document that cannot be read", () => {
    expect(judgeEarlier(planAt("migrated"), { ...all, backup: "test/x.json is not JSON" }, NOW)).toEqual([
      "backup of 4.0.0: test/x.json is not JSON. Raise attempt and run again.",
    ]);
  });
});

describe("the document of a Job of this update", () => {
  const gate: GatePlan = { step: "verify", release: NEXT, job: "verify-4-0-0-1", freshness: undefined };

  it("passes when the Job wrote it", () => {
    expect(judgeOwn(gate, proof("verify", 0), 1, hoursAgo(1))).toEqual([]);
    expect(judgeOwn(gate, proof("verify", 0), 1, undefined)).toEqual([]);
  });

  it("is refused when it failed, is another's, or is older than the Job", () => {
    expect(judgeOwn(gate, proof("verify", 0, { verdict: "failed" }), 1, hoursAgo(1))).toHaveLength(1);
    expect(judgeOwn(gate, proof("verify", 0, { attempt: 2 }), 1, hoursAgo(1))).toHaveLength(1);
    expect(judgeOwn(gate, proof("migrate", 0), 1, hoursAgo(1))).toHaveLength(1);
    expect(judgeOwn(gate, proof("verify", 2), 1, hoursAgo(1))[0]).toContain("older than the Job");
  });
});

describe("the data model", () => {
  const done = [manifests[NEXT] as never];

  it("lets releases run while nothing was completed", () => {
    for (const phase of ["steady", "live", "reverted"] as const)
      expect(judgeDataModel(planAt(phase), manifests, [])).toEqual([]);
  });

  it("refuses the old release once the old model is gone, and names the way forward (D2)", () => {
    for (const phase of ["steady", "staged", "live", "reverted"] as const) {
      const problems = judgeDataModel(planAt(phase), manifests, done);
      expect(problems).toEqual([
        expect.stringContaining(`release ${CURRENT} runs on data models 3 to 3, but the data is at 4`),
      ]);
      expect(problems[0]).toContain("set release.current to 4.0.0");
    }
  });

  it("lets `complete` be repeated", () => {
    expect(judgeDataModel(planAt("complete"), manifests, done)).toEqual([]);
  });
});
