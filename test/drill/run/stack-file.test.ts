import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { DrillOptions } from "../../../drill/run/options";
import { readOptions } from "../../../drill/run/options";
import {
  provedBy,
  refreshStackFile,
  setParameters,
  stackFile,
  writeStackFile,
} from "../../../drill/run/stack-file";
import { Workspace } from "../../../drill/run/workspace";
import type { World } from "../../../drill/run/world";

const world = (port: number): World =>
  ({ outside: { payment: `http://127.0.0.1:${port}`, carrier: `http://127.0.0.1:${port + 1}` } }) as World;

describe("the stack's file of a drill", () => {
  let folder: string;
  let workspace: Workspace;
  const config = (): Record<string, unknown> => parse(readFileSync(stackFile(workspace), "utf8")).config;
  const tracked = (stack: string): Record<string, unknown> =>
    parse(readFileSync(path.join(workspace.root, "stacks", `Pulumi.${stack}.yaml`), "utf8")).config;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "stack file "));
    workspace = new Workspace("staging", folder);
    workspace.clear();
    writeStackFile(workspace, readOptions(["--from", "3.2.0", "--to", "4.0.0"]) as DrillOptions, world(4000));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is a copy, so that turning the dial touches no tracked file", () => {
    expect(stackFile(workspace).startsWith(folder)).toBe(true);
    expect(config()["order-upgrade:phase"]).toBe("steady");
  });

  it("says which releases, and where the simulated companies are", () => {
    expect(config()).toMatchObject({
      "order-upgrade:release": { current: "3.2.0", next: "4.0.0" },
      "order-upgrade:business": {
        payment: { url: "http://127.0.0.1:4000", port: 4000 },
        logistics: { url: "http://127.0.0.1:4001", port: 4001 },
      },
    });
  });

  it("keeps every parameter it does not name as the stack really has it", () => {
    const [ours, theirs] = [config(), tracked("staging")];
    expect(ours["order-upgrade:network"]).toEqual(theirs["order-upgrade:network"]);
    expect(ours["order-upgrade:database"]).toEqual(theirs["order-upgrade:database"]);
    expect(ours["order-upgrade:business"]).toMatchObject({ currency: "EUR", timeZone: "Europe/Berlin" });
    expect(Object.keys(ours)).toEqual(expect.arrayContaining(Object.keys(theirs)));
  });

  it("tells which stack asks for another one's proofs, and so cannot be rehearsed alone", () => {
    expect(provedBy(workspace, "production")).toBe("organization/order-upgrade/staging");
    expect(provedBy(workspace, "staging")).toBeUndefined();
  });

  it("can be read by nobody else, as the dial's owner may keep secrets in it", () => {
    expect(statSync(stackFile(workspace)).mode & 0o077).toBe(0);
  });

  it("takes new addresses when a drill is continued, and leaves the dial where it stands", () => {
    setParameters(workspace, { phase: "live", "edge.weight": 50 });
    refreshStackFile(workspace, world(5000));
    expect(config()).toMatchObject({
      "order-upgrade:phase": "live",
      "order-upgrade:edge": { weight: 50 },
      "order-upgrade:business": { payment: { url: "http://127.0.0.1:5000" } },
    });
  });
});
