import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ended, spawnNode } from "../../../drill/process/leash";
import { SURROUNDINGS } from "../support/run";
import { sql } from "../support/sql";
import { type Stage, setStage } from "../support/stage";

let stage: Stage;
let folder: string;
let program: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-jobs-"));
  program = path.join(folder, "jobs.cjs");
  [stage] = await Promise.all([
    setStage(),
    build({
      entryPoints: [path.join(__dirname, "../../../jobs/main.ts")],
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      outfile: program,
    }),
  ]);
});
afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], variables: Record<string, string> = {}) {
  const child = spawnNode(program, args, {
    env: {
      PATH: process.env.PATH,
      ...SURROUNDINGS,
      ...stage.variables,
      RELEASE: "1.0.0",
      AWS_ENDPOINT_URL_S3: stage.storage.url,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKIDTESTTESTTEST",
      AWS_SECRET_ACCESS_KEY: "not-a-real-key-for-tests",
      ...variables,
    },
  });
  const said = { out: "", err: "" };
  child.stdout?.on("data", (text) => {
    said.out += text;
  });
  child.stderr?.on("data", (text) => {
    said.err += text;
  });
  return { child, said };
}

describe("the program of the Jobs, bundled as it is shipped", () => {
  test("refuses an unknown step and a wrong environment with 2, before it begins", async () => {
    const unknown = start(["lunch"]);
    expect([await ended(unknown.child), unknown.said.err]).toEqual([
      2,
      expect.stringContaining("usage: jobs STEP"),
    ]);
    const wrong = start(["drain"], { STACK: "", ATTEMPT: "none" });
    expect(await ended(wrong.child)).toBe(2);
    expect(wrong.said.err).toMatch(/STACK: is missing[\s\S]*ATTEMPT: must be a whole number/);
  });

  test("does a step and says so", async () => {
    const { child, said } = start(["drain"], { EVIDENCE_PREFIX: "test/1.0.0/1" });
    expect([await ended(child), said.err]).toEqual([0, ""]);
    expect(JSON.parse(said.out.trim().split("\n").at(-1) ?? "")).toMatchObject({ step: "drain" });
    expect(stage.storage.text("evidence/test/1.0.0/1/drain.json")).toContain('"verdict": "passed"');
  });

  test("told to stop, it leaves a failed document and ends with 1", async () => {
    await sql(stage.database, "INSERT INTO small_v1.work VALUES ('orders', now() + interval '1 hour')");
    const { child } = start(["drain"], { EVIDENCE_PREFIX: "test/1.0.0/2", ATTEMPT: "2" });
    if (child.stdout === null) throw new Error("no output");
    for await (const line of createInterface(child.stdout)) if (line.includes("in flight")) break;
    child.kill("SIGTERM");
    expect(await ended(child)).toBe(1);
    expect(stage.storage.text("evidence/test/1.0.0/2/drain.json")).toContain("stopped by SIGTERM");
    await sql(stage.database, "DELETE FROM small_v1.work");
  });

  test("without its database it says so and ends with 1", async () => {
    const { child, said } = start(["drain"], { DATABASE_URL: "postgresql://x:y@127.0.0.1:1/z" });
    expect(await ended(child)).toBe(1);
    expect(said.out).toMatch(/trying again[\s\S]*ECONNREFUSED/);
  });
});
