import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { around, figures, percentile } from "../../../drill/load/figures";
import { ProgressMeter } from "../../../drill/load/progress";
import { RequestLog, type RequestRecord, requestLogFile } from "../../../drill/load/request-log";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-figures-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function record(scheduledAt: number, latency: number, more: Partial<RequestRecord> = {}): RequestRecord {
  return {
    scheduledAt,
    latency,
    status: 200,
    kind: "browse",
    release: "3.2.0",
    outcome: "answered",
    ...more,
  };
}

describe("figures", () => {
  it("are those of the time asked for, maintenance apart, with the reasons of failures", async () => {
    const ledger = path.join(folder, "ledger.jsonl");
    const log = new RequestLog(requestLogFile(ledger));
    for (let second = 0; second < 100; second++) log.add(record(second * 1000, second));
    log.add(record(50_500, 9999, { outcome: "maintenance", status: 503, release: "" }));
    log.add(record(50_600, 700, { outcome: "failed", status: 502, reason: "browse: status 502" }));
    log.add(record(51_000, 5, { kind: "order", release: "4.0.0" }));
    log.close();
    // A killed run leaves half a line; the next one goes on after it.
    appendFileSync(requestLogFile(ledger), "[123,4");
    const resumed = new RequestLog(requestLogFile(ledger));
    resumed.add(record(99_500, 1));
    resumed.close();

    const { all, before, near } = await figures(ledger, {
      all: {},
      before: { to: 50_000 },
      near: around(50_000),
    });
    expect(all).toMatchObject({ requests: 104, failed: 1, maintenance: 1, longest: 700 });
    expect(before).toMatchObject({ requests: 50, failed: 0, p50: 24, p99: 49, longest: 49 });
    expect(near).toMatchObject({
      requests: 13,
      maintenance: 1,
      reasons: ["browse: status 502"],
      releases: { "3.2.0": 11, "4.0.0": 1, "": 1 },
      ordersByRelease: { "4.0.0": 1 },
    });
  });

  it("take the smallest value that the share of all values does not exceed", () => {
    expect(percentile([], 0.99)).toBe(0);
    expect(percentile([7], 0.5)).toBe(7);
    const values = fc.array(fc.nat(), { minLength: 1 }).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (sorted, share) => {
        const value = percentile(sorted, share);
        const atMost = sorted.filter((each) => each <= value).length;
        const below = sorted.filter((each) => each < value).length;
        expect(atMost / sorted.length).toBeGreaterThanOrEqual(share - 1e-9);
        expect(below / sorted.length).toBeLessThan(share + 1e-9);
      }),
    );
  });
});

describe("progress", () => {
  it("counts since the start, and keeps percentiles to the last ten seconds", () => {
    const meter = new ProgressMeter();
    meter.add(record(0, 5000));
    expect(meter.tick(3)).toMatchObject({ requests: 1, p99: 5000, open: 3, releases: { "3.2.0": 1 } });
    for (let second = 0; second < 9; second++) meter.tick(0);
    meter.add(record(0, 10, { kind: "order" }));
    meter.add(record(0, 10, { outcome: "failed", reason: "lost" }));
    expect(meter.tick(0)).toMatchObject({ requests: 3, orders: 1, failed: 1, p99: 10, reason: "lost" });
    expect(meter.tick(0)).not.toHaveProperty("reason");
  });
});
