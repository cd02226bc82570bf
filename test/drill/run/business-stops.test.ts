import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RequestLog, type RequestRecord, requestLogFile } from "../../../drill/load/request-log";
import { observeStops, resumed, stretchesOf } from "../../../drill/run/business-stops";
import type { TurnReport } from "../../../drill/run/operator";

const START = Date.parse("2026-01-31T01:00:00.000Z");
const at = (second: number): number => START + second * 1000;

const RULE = "aws:lb/listenerRule:ListenerRule";
const FIREWALL = "aws:wafv2/webAcl:WebAcl";

/** An update of ten seconds; `edge` are the seconds at which something of the edge had changed. */
const turn = (
  phase: string,
  second: number,
  edge: readonly (readonly [type: string, name: string, second: number])[] = [],
  verdict: TurnReport["verdict"] = "passed",
): TurnReport => ({
  phase,
  startedAt: new Date(at(second)).toISOString(),
  seconds: 10,
  verdict,
  changes: {},
  problems: [],
  steps: edge.map(([type, name, finished]) => ({
    operation: "update",
    type,
    name,
    finishedAt: new Date(at(finished)).toISOString(),
    seconds: 0,
  })),
});

describe("business is stopped", () => {
  const WINDOW = [
    turn("prepared", 0),
    turn("migrated", 20, [[FIREWALL, "edge", 24]]),
    turn("staged", 40),
    turn("live", 60, [
      [RULE, "customers-root", 64],
      [FIREWALL, "edge", 65],
      [RULE, "preview-root", 69],
    ]),
  ];

  it("from the update that stops it to the last change of the edge in the one that resumes", () => {
    expect(stretchesOf(WINDOW, "maintenance")).toEqual([{ from: at(10), to: at(65) }]);
  });

  it("once more on the way back, until the old release serves", () => {
    const back = [...WINDOW, turn("staged", 80), turn("migrated", 100), turn("prepared", 120)];
    expect(stretchesOf(back, "maintenance").slice(1)).toEqual([{ from: at(70), to: at(130) }]);
  });

  it("for ever when the update that should resume failed", () => {
    const failed = [...WINDOW.slice(0, 3), turn("live", 60, [[FIREWALL, "edge", 65]], "failed")];
    expect(stretchesOf(failed, "maintenance")).toEqual([{ from: at(10), to: Number.POSITIVE_INFINITY }]);
  });

  it("never with blue-green", () => {
    expect(stretchesOf(WINDOW, "blue-green")).toEqual([]);
  });
});

describe("customers", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-stops-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const logged = (name: string, records: readonly Partial<RequestRecord>[]): string => {
    const ledger = path.join(folder, `${name}.jsonl`);
    const log = new RequestLog(requestLogFile(ledger));
    for (const record of records)
      log.add({
        scheduledAt: at(0),
        latency: 5,
        status: 200,
        kind: "browse",
        release: "3.2.0",
        outcome: "answered",
        ...record,
      });
    log.close();
    return ledger;
  };
  const page = (second: number, latency = 5): Partial<RequestRecord> => ({
    scheduledAt: at(second),
    latency,
    status: 503,
    release: "",
    outcome: "maintenance",
  });
  const order = (second: number, release: string): Partial<RequestRecord> => ({
    scheduledAt: at(second),
    kind: "order",
    release,
  });
  const STRETCHES = [
    { from: at(10), to: at(20) },
    { from: at(40), to: at(50) },
  ];

  it("order from the release that serves after each stop", async () => {
    const ledger = logged("orders", [
      page(12),
      page(19),
      order(25, "4.0.0"),
      order(26, "4.0.0"),
      // The command that stops business again is typed at 40, the page comes up later.
      order(43, "4.0.0"),
      page(45),
      order(55, "3.2.0"),
    ]);
    const { stops, elsewhere } = await observeStops(ledger, STRETCHES);
    expect(elsewhere).toBe(0);
    expect(stops).toEqual([
      { startedAt: "2026-01-31T01:00:12.000Z", seconds: 7, pages: 2, ordersAfter: { "4.0.0": 3 } },
      { startedAt: "2026-01-31T01:00:45.000Z", seconds: 0, pages: 1, ordersAfter: { "3.2.0": 1 } },
    ]);
    expect(stops.every(resumed)).toBe(true);
  });

  it("who see the page at another time are counted", async () => {
    const ledger = logged("elsewhere", [page(5), page(9, 1_500), page(30), page(60)]);
    const { stops, elsewhere } = await observeStops(ledger, STRETCHES);
    expect(elsewhere).toBe(3);
    expect(stops[0]?.pages).toBe(1);
  });

  it("who never order again after a stop show that business was not resumed", async () => {
    const { stops } = await observeStops(logged("silent", [page(12), order(15, "3.2.0")]), STRETCHES);
    expect(stops.map(resumed)).toEqual([false, false]);
  });
});
