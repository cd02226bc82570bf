import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

const ROOT = path.join(__dirname, "..", "..");
/** Makes a promise as the SDK does, in place of the file that the SDK starts programs with. */
const PROGRAM = `
  const parent = { id: ".", filename: "/node_modules/@pulumi/pulumi/index.js", paths: module.paths };
  const { debuggablePromise } = require("node:module")._load(${JSON.stringify(path.join(ROOT, "node_modules/@pulumi/pulumi/runtime/debuggable"))}, parent, false);
  const promise = Promise.resolve();
  debuggablePromise(promise, "here");
  const traced = (stack) => stack.includes(" at ");
  console.log(traced(promise._debugStackTrace), traced(new Error("later").stack));`;

function run(environment: Readonly<Record<string, string>>): string {
  const preloaded = ["--require", path.join(ROOT, "engine", "host", "drop-debug.cjs")];
  return execFileSync(process.execPath, [...preloaded, "-e", PROGRAM], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  }).trim();
}

it("a promise of the SDK carries no stack trace, an error of the program does", () => {
  expect(run({ PULUMI_DEBUG_PROMISE_LEAKS: "" })).toBe("false true");
});

it("a promise of the SDK carries its stack trace for those who look for promises that never end", () => {
  expect(run({ PULUMI_DEBUG_PROMISE_LEAKS: "true" })).toBe("true true");
});
