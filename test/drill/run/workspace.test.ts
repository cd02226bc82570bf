import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Occupied, type Progress, Workspace } from "../../../drill/run/workspace";

describe("the folder of a drill", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "workspace "));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is one drill's at a time, and free again when that one has gone", async () => {
    const first = new Workspace("staging", folder);
    await first.take();
    await expect(new Workspace("staging", folder).take()).rejects.toThrow(Occupied);
    await expect(new Workspace("staging", folder).take()).rejects.toThrow(/staging/);
    first.release();
    const second = new Workspace("staging", folder);
    await second.take();
    second.release();
  });

  it("is another one for another stack", async () => {
    const stacks = ["staging", "production"].map((stack) => new Workspace(stack, folder));
    for (const stack of stacks) await stack.take();
    for (const stack of stacks) stack.release();
  });

  it("remembers how far a drill has come, until it is cleared", () => {
    const workspace = new Workspace("staging", folder);
    workspace.clear();
    expect(workspace.readProgress()).toBeUndefined();
    const progress = { startedAt: "2026-01-31T01:00:00Z", done: { steady: {} } } as unknown as Progress;
    workspace.writeProgress(progress);
    expect(new Workspace("staging", folder).readProgress()).toEqual(progress);
    workspace.clear();
    expect(workspace.readProgress()).toBeUndefined();
  });

  it("keeps its passphrase in a file nobody else can read, the same one each time", () => {
    const workspace = new Workspace("staging", folder);
    workspace.clear();
    const file = workspace.environment({}).PULUMI_CONFIG_PASSPHRASE_FILE as string;
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(workspace.environment({ aws: 1 })).toMatchObject({
      PULUMI_CONFIG_PASSPHRASE_FILE: file,
      PULUMI_DEBUG_PROVIDERS: "aws:1",
    });
    expect(workspace.environment({})).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE");
  });
});
