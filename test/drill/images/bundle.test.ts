import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundle, bundleAll } from "../../../drill/images/bundle";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-bundle-"));
  mkdirSync(path.join(folder, "a", "program"), { recursive: true });
  writeFileSync(path.join(folder, "a", "program", "part.ts"), "export const figure: number = 1;\n");
  writeFileSync(
    path.join(folder, "a", "program", "main.ts"),
    'import { figure } from "./part";\nconsole.log(figure);\n',
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a bundled program", () => {
  it("has the same digest wherever the repository lies", async () => {
    const elsewhere = path.join(folder, "another place with spaces");
    cpSync(path.join(folder, "a"), elsewhere, { recursive: true });
    const here = await bundle(path.join(folder, "a"), "program/main.ts");
    expect((await bundle(elsewhere, "program/main.ts")).digest).toBe(here.digest);
  });

  it("has another digest when anything it imports is altered", async () => {
    const before = await bundle(path.join(folder, "a"), "program/main.ts");
    writeFileSync(path.join(folder, "a", "program", "part.ts"), "export const figure: number = 2;\n");
    expect((await bundle(path.join(folder, "a"), "program/main.ts")).digest).not.toBe(before.digest);
  });

  it("is the same whether it is bundled alone or with others that import the same", async () => {
    const root = path.join(folder, "a");
    writeFileSync(
      path.join(root, "program", "other.ts"),
      'import { figure } from "./part";\nconsole.log(-figure);\n',
    );
    const entries = ["program/other.ts", "program/main.ts"];
    const together = await bundleAll(root, entries);
    for (const entry of entries) expect(together.get(entry)).toEqual(await bundle(root, entry));
    expect(together.get("program/other.ts")?.digest).not.toBe(together.get("program/main.ts")?.digest);
  });
});
