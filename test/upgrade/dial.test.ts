import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changesFor, readDial, turnDial } from "../../upgrade/stack/dial";
import type { Project } from "../../upgrade/stack/project";

let folder: string;
let project: Project;

const write = (text: string): void => writeFileSync(project.configFile, text);
const read = (): string => readFileSync(project.configFile, "utf8");

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-dial-"));
  project = {
    root: folder,
    name: "order-upgrade",
    stack: "dev",
    configFile: path.join(folder, "Pulumi.dev.yaml"),
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the dial in a stack file", () => {
  it("is read with its defaults", () => {
    write("config:\n  order-upgrade:release:\n    current: 3.2.0\n");
    expect(readDial(project)).toEqual({
      phase: "steady",
      strategy: "blue-green",
      attempt: 1,
      weight: 100,
      weightGiven: undefined,
      confirm: [],
      current: "3.2.0",
      next: undefined,
    });
  });

  it("is turned without touching comments, order or other keys", () => {
    const text =
      "# production\nconfig:\n  # who: platform team\n  order-upgrade:phase: steady # the dial\n  order-upgrade:release:\n    current: 3.2.0\n    next: 4.0.0\n  aws:region: eu-central-1\n";
    write(text);
    turnDial(project, { phase: "prepared" });
    expect(read()).toBe(text.replace("phase: steady", "phase: prepared"));
  });

  it("reads and writes keys the way `pulumi config set` writes them too", () => {
    write('config:\n  order-upgrade:release:\n    current: "3.2.0"\n  order-upgrade:edge:\n    weight: 10\n');
    turnDial(project, { "edge.weight": 50, attempt: 2 });
    expect(readDial(project)).toMatchObject({ weight: 50, attempt: 2 });
  });

  it.each([
    ["migrated", "prepared", 4],
    ["reverted", "prepared", 4],
    ["steady", "prepared", 3],
    ["prepared", "prepared", 3],
    ["live", "staged", 3],
    ["prepared", "migrated", 3],
  ] as const)("from %s to %s leaves attempt at %i, the third before", (from, to, attempt) => {
    write(
      `config:\n  order-upgrade:phase: ${from}\n  order-upgrade:attempt: 3\n  order-upgrade:release:\n    current: 3.2.0\n`,
    );
    turnDial(project, changesFor(readDial(project), { phase: to }));
    expect(readDial(project)).toMatchObject({ phase: to, attempt });
  });

  it("removes a key that is set to undefined", () => {
    write("config:\n  order-upgrade:release:\n    current: 3.2.0\n    next: 4.0.0\n");
    turnDial(project, { "release.next": undefined });
    expect(readDial(project).next).toBeUndefined();
  });

  it("refuses a file without a release and names the key", () => {
    write("config: {}\n");
    expect(() => readDial(project)).toThrow(/order-upgrade:release\.current is missing/);
  });
});
