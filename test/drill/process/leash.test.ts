import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ended, spawnNode, spawnProgram } from "../../../drill/process/leash";

const LEASH = path.join(__dirname, "..", "..", "..", "drill", "process", "leash.ts");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order upgrade leash "));
  writeFileSync(path.join(folder, "wait.cjs"), "setInterval(() => {}, 1000);\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  while (alive(pid)) await new Promise((done) => setTimeout(done, 20));
}

describe("a process on a leash", () => {
  it("dies when its parent is killed with SIGKILL, a Node program and a foreign one alike", async () => {
    const script = `
      const { spawnNode, spawnProgram } = require(${JSON.stringify(LEASH)});
      const node = spawnNode(${JSON.stringify(path.join(folder, "wait.cjs"))}, []);
      const foreign = spawnProgram("sleep", ["600"]);
      console.log(JSON.stringify([node.pid, foreign.pid]));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["--require", "tsx/cjs", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [text] = (await once(parent.stdout, "data")) as [Buffer];
    const children = JSON.parse(text.toString()) as number[];
    expect(children.every(alive)).toBe(true);
    parent.kill("SIGKILL");
    await Promise.all(children.map(gone));
  });

  it("keeps running while its parent lives and ends by itself with its own exit code", async () => {
    writeFileSync(path.join(folder, "exit.cjs"), "process.exitCode = 7;\n");
    expect(await ended(spawnNode(path.join(folder, "exit.cjs"), []))).toBe(7);
    expect(await ended(spawnProgram("sh", ["-c", "exit 9"]))).toBe(9);
  });

  it("passes signals on to a foreign program, so that it can stop in order", async () => {
    const child = spawnProgram("sh", ["-c", 'trap "exit 4" TERM; echo ready; while :; do sleep 0.05; done']);
    await once(child.stdout as NodeJS.ReadableStream, "data");
    child.kill("SIGTERM");
    expect(await ended(child)).toBe(4);
  });
});
