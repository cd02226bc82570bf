import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { holderIn, isAbandoned } from "../../../upgrade/stack/backend-lock";
import { takeDial, turningNow } from "../../../upgrade/stack/operator-lock";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-lock-"));
  file = path.join(folder, "Pulumi.dev.yaml");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const LOCK = path.join(__dirname, "..", "..", "..", "upgrade", "stack", "operator-lock.ts");

/** The id of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((done) => child.once("exit", done));
  return child.pid ?? 0;
}

describe("two operators at once", () => {
  it("the second is refused with who, since when and what", () => {
    const { release } = takeDial(file, "run --to live");
    expect(() => takeDial(file, "rollback")).toThrow(
      new RegExp(
        `^${os.userInfo().username}@${os.hostname()} has been working on this stack since \\d{4}-.*run --to live, process ${process.pid}`,
      ),
    );
    release();
    takeDial(file, "rollback").release();
    expect(existsSync(`${file}.operator`)).toBe(false);
  });

  it("one of many that come at the same instant gets the dial", async () => {
    const script = `
      const { takeDial } = require(${JSON.stringify(LOCK)});
      process.stdin.once("data", () => {
        try { takeDial(${JSON.stringify(file)}, "run"); console.log("taken"); } catch { console.log("refused"); }
        process.stdin.once("end", () => process.exit(0));
      });
      console.log("ready");`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ["--require", "tsx/cjs", "-e", script]),
    );
    const said = children.map((child) => {
      const lines: string[] = [];
      child.stdout.on("data", (text: Buffer) => lines.push(...text.toString().trim().split("\n")));
      return lines;
    });
    const until = async (count: number): Promise<void> => {
      while (said.some((lines) => lines.length < count)) await new Promise((done) => setTimeout(done, 20));
    };
    await until(1);
    for (const child of children) child.stdin.write("go\n");
    await until(2);
    expect(said.map((lines) => lines[1]).sort()).toEqual(["refused", "refused", "refused", "taken"]);
    for (const child of children) child.stdin.end();
    await Promise.all(children.map((child) => new Promise((done) => child.once("exit", done))));
  }, 60_000);

  it("status sees who is at work, and nobody once they are gone", async () => {
    const { release } = takeDial(file, "run --to live");
    expect(turningNow(file)).toMatchObject({ pid: process.pid, command: "run --to live" });
    release();
    expect(turningNow(file)).toBeUndefined();
    writeFileSync(
      `${file}.operator`,
      JSON.stringify({ user: "a", host: os.hostname(), pid: await deadProcess(), since: "", command: "" }),
    );
    expect(turningNow(file)).toBeUndefined();
  });

  it("what a killed command left is taken over, and named", async () => {
    const pid = await deadProcess();
    writeFileSync(
      `${file}.operator`,
      JSON.stringify({ user: "anna", host: os.hostname(), pid, since: "then", command: "run" }),
    );
    const { left, release } = takeDial(file, "run");
    expect(left).toMatchObject({ user: "anna", pid });
    expect(JSON.parse(readFileSync(`${file}.operator`, "utf8"))).toMatchObject({ pid: process.pid });
    release();
  });

  it("another machine's lock is never taken over: nobody here knows whether its holder lives", async () => {
    writeFileSync(
      `${file}.operator`,
      JSON.stringify({
        user: "anna",
        host: "elsewhere",
        pid: await deadProcess(),
        since: "then",
        command: "run",
      }),
    );
    expect(() => takeDial(file, "run")).toThrow(/anna@elsewhere .* If elsewhere is gone for good, remove/);
  });
});

describe("the backend's lock", () => {
  const told = (pid: number): string =>
    `error: the stack is currently locked by 1 lock(s). Either wait …\n  file:///s/locks/x.json: created by anna@${os.hostname()} (pid ${pid}) at 2026-11-10T08:00:00Z`;

  it("names its holder, where the backend tells", () => {
    expect(holderIn(told(7))).toEqual({
      user: "anna",
      host: os.hostname(),
      pid: 7,
      since: "2026-11-10T08:00:00Z",
    });
    expect(holderIn("[409] Conflict: Another update is currently in progress.")).toBeUndefined();
  });

  it("is abandoned only when its process of this machine is gone", async () => {
    expect(isAbandoned(holderIn(told(process.pid)))).toBe(false);
    expect(isAbandoned(holderIn(told(await deadProcess())))).toBe(true);
    expect(isAbandoned(holderIn(told(await deadProcess()).replace(os.hostname(), "elsewhere")))).toBe(false);
  });
});
