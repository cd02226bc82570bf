import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommandReport } from "../../../drill/run/operator";
import type { Site } from "../../../drill/run/site";
import { stagesOf } from "../../../drill/run/stages";
import { walk } from "../../../drill/run/walk";
import { type Progress, Workspace } from "../../../drill/run/workspace";

const PASSED: CommandReport = { exitCode: 0, engine: undefined, phases: [] };

describe("a drill", () => {
  let folder: string;
  let workspace: Workspace;
  let typed: string[];
  let answers: Record<string, CommandReport>;
  const nothingDone = { startedAt: "2026-01-31T01:00:00Z", done: {} } as unknown as Progress;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "walk "));
    workspace = new Workspace("staging", folder);
    workspace.clear();
    typed = [];
    answers = {};
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const site = (strategy: "blue-green" | "maintenance"): Site =>
    ({
      workspace,
      options: { strategy },
      traffic: undefined,
      print: () => {},
      fill: async () => ({ orders: 1 }),
      letCustomersIn: async () => {},
      operator: {
        type: async (...command: string[]) => {
          typed.push(command.join(" "));
          return answers[command.join(" ")] ?? PASSED;
        },
      },
    }) as unknown as Site;
  const go = (progress: Progress, strategy: "blue-green" | "maintenance" = "blue-green") =>
    walk(site(strategy), progress, new AbortController().signal);

  it("goes through every phase, back under load, and on to the end", async () => {
    const { failure } = await go(nothingDone);
    expect(failure).toBeUndefined();
    const phases = typed.map((command) => command.split(" ").slice(0, 3).join(" "));
    expect(phases).toEqual([
      "run --to steady",
      "run --to prepared",
      "run --to migrated",
      "run --to staged",
      "run --to live",
      "rollback",
      "run --to live",
      "run --to complete",
    ]);
  });

  it("with a maintenance window goes back from each position that has a way back, then on to the end", async () => {
    const { failure } = await go(nothingDone, "maintenance");
    expect(failure).toBeUndefined();
    expect(typed.map((command) => command.replace(/^run --to (\w+).*/, "$1"))).toEqual([
      ...["steady", "prepared", "migrated", "staged", "live"],
      ...["rollback", "migrated", "prepared", "abort"],
      ...["prepared", "live", "complete"],
    ]);
  });

  it("writes down each stage, so that a killed one is the only one done again", async () => {
    await go(nothingDone);
    const before = workspace.readProgress() as Progress;
    const { live: _live, back: _back, "live-again": _again, complete: _complete, ...done } = before.done;
    typed = [];
    await go({ ...before, done });
    expect(typed[0]).toMatch(/^run --to live/);
    expect(Object.keys(workspace.readProgress()?.done ?? {})).toEqual(
      stagesOf("blue-green").map(({ name }) => name),
    );
  });

  it("stops at the first stage that fails, with its reason, and tries that stage again when it is continued", async () => {
    const report = {
      ...PASSED,
      exitCode: 1,
      phases: [{ phase: "staged", problems: ["verify: stock of SKU-7 is -1"] }],
    } as unknown as CommandReport;
    answers["run --to staged"] = report;
    const { failure, progress } = await go(nothingDone);
    expect(failure?.message).toBe("verify: stock of SKU-7 is -1");
    expect(progress.done.staged).toMatchObject({ failed: "verify: stock of SKU-7 is -1" });
    expect(typed.at(-1)).toBe("run --to staged");
    expect(Object.keys(workspace.readProgress()?.done ?? {})).not.toContain("staged");
  });
});
