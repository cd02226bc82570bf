import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { measuredDurations, messageOf } from "../../upgrade/forecast/durations";
import { TurnedFiles } from "../../upgrade/forecast/turns";
import type { PastUpdate } from "../../upgrade/stack/operations";

const past = (message: string, seconds: number, succeeded = true): PastUpdate => ({
  message,
  seconds,
  succeeded,
  startedAt: new Date(0),
});
const CANARY = "live (10 % on the new release)";

describe("durations of a rehearsal", () => {
  it("are those of the newest successful update to each turn, whatever reason was given", () => {
    const durations = measuredDurations([
      past(messageOf("prepared", "pipeline 7 (again)"), 40),
      past(messageOf("prepared"), 90),
      past(messageOf(CANARY, "CHG-1"), 19),
      past(messageOf("migrated"), 5, false),
      past("somebody's own pulumi up", 3),
    ]);
    expect([...durations]).toEqual([
      ["prepared", 40],
      [CANARY, 19],
    ]);
  });
});

describe("a stack file with the dial elsewhere", () => {
  let folder: string;
  const text =
    "encryptionsalt: v1:abc\nconfig:\n  order-upgrade:phase: prepared # here\n  order-upgrade:release: { current: 3.2.0 }\n  order-upgrade:edge: { host: a }\n  order-upgrade:change: { staging: organization/order-upgrade/staging, ticket: T }\n";
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-forecast-test-"));
    writeFileSync(path.join(folder, "Pulumi.x.yaml"), text);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is a copy; the stack's own stays as it is, and nothing is left behind", () => {
    const own = path.join(folder, "Pulumi.x.yaml");
    const files = new TurnedFiles({ root: folder, name: "order-upgrade", stack: "x", configFile: own });
    const turned = files.at({ phase: "live", weight: 10 }, ["complete 4.0.0"]);
    expect(parse(readFileSync(turned, "utf8")).config).toMatchObject({
      "order-upgrade:phase": "live",
      "order-upgrade:edge": { host: "a", weight: 10 },
      "order-upgrade:confirm": ["complete 4.0.0"],
    });
    const detached = parse(readFileSync(files.detached(turned, "v1:other"), "utf8"));
    expect(detached.encryptionsalt).toBe("v1:other");
    expect(detached.config["order-upgrade:change"]).toEqual({ ticket: "T" });
    expect(readFileSync(own, "utf8")).toBe(text);
    files.remove();
    expect(() => readFileSync(turned)).toThrow(/ENOENT/);
  });
});
