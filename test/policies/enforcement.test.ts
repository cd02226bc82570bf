import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ended, spawnNode } from "../../drill/process/leash";
import { readEvents, summarise } from "../../upgrade/check/events";

const ROOT = path.resolve(__dirname, "..", "..");
const ENGINE = path.join(ROOT, "engine", "bin", "pulumi");
const PACKS = ["security", "upgrade"].flatMap((pack) => ["--policy-pack", path.join(ROOT, "policies", pack)]);

/** One topic as it should be, and one that is not encrypted. */
const PROGRAM = `
const aws = require("@pulumi/aws");
const good = new aws.sns.Topic("good", { kmsMasterKeyId: "alias/orders" });
new aws.sns.Topic("open", {}, { dependsOn: [good] });
`;

let folder: string;
let cloud: ChildProcess;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-enforcement-"));
  chmodSync(folder, 0o711);
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  write("Pulumi.yaml", "name: order-upgrade\nruntime: { name: nodejs, options: { typescript: false } }\n");
  write("Pulumi.dev.yaml", "config:\n  aws:region: eu-central-1\n");
  write("index.js", PROGRAM);
  // The check starts its project's engine by this name.
  write("drill/bin/pulumi-offline", `#!/bin/sh\nexec "${ENGINE}" "$@"\n`);
  chmodSync(path.join(folder, "drill/bin/pulumi-offline"), 0o755);
  for (const name of ["node_modules", "policies"])
    symlinkSync(path.join(ROOT, name), path.join(folder, name));
  cloud = spawnNode(
    path.join(ROOT, "drill/cloud/main.ts"),
    ["--directory", path.join(folder, "cloud"), "--images", path.join(folder, "images")],
    { cwd: ROOT, nodeArguments: ["--require", "tsx/cjs"] },
  );
  const lines = readline.createInterface({ input: cloud.stdout as NodeJS.ReadableStream });
  const { providers } = JSON.parse(await new Promise<string>((done) => lines.once("line", done))) as {
    providers: Record<string, number>;
  };
  mkdirSync(path.join(folder, "state"));
  environment = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "rehearsal",
    PULUMI_DEBUG_PROVIDERS: Object.entries(providers)
      .map(([name, port]) => `${name}:${port}`)
      .join(","),
    PULUMI_EXPERIMENTAL: "true",
  };
  await pulumi("stack", "init", "dev");
}, 120_000);

afterAll(async () => {
  cloud.kill("SIGTERM");
  await ended(cloud);
  rmSync(folder, { recursive: true, force: true });
});

function pulumi(...args: string[]): Promise<number> {
  const child = spawn(ENGINE, args, { cwd: folder, env: environment, stdio: "ignore" });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done(code ?? 1));
  });
}

/** Rules that blame a resource, and which, of a command's event log. */
async function blamedBy(command: "preview" | "up"): Promise<{ code: number; blamed: string[] }> {
  const log = path.join(folder, `${command}.jsonl`);
  const yes = command === "up" ? ["--yes", "--skip-preview"] : [];
  const code = await pulumi(
    command,
    "--stack",
    "dev",
    "--non-interactive",
    "--event-log",
    log,
    ...PACKS,
    ...yes,
  );
  return { code, blamed: blamed(summarise(readEvents(readFileSync(log, "utf8"))).violations) };
}

const blamed = (violations: readonly { rule: string; resource: string | undefined }[]): string[] =>
  violations
    .filter(({ resource }) => resource === "open")
    .map(({ rule }) => rule)
    .sort();

const state = () =>
  JSON.parse(
    execFileSync(ENGINE, ["stack", "export", "--stack", "dev"], {
      cwd: folder,
      env: environment,
      encoding: "utf8",
    }),
  ) as { deployment: { resources?: { urn: string }[] } };

describe("a resource that breaks a mandatory rule", () => {
  it("is named by preview, up and the check alike, and up does not make it", async () => {
    const preview = await blamedBy("preview");
    const up = await blamedBy("up");
    expect(preview).toEqual({ code: expect.any(Number), blamed: ["sns-encrypted"] });
    expect(up.blamed).toEqual(preview.blamed);
    expect([preview.code, up.code].every((code) => code !== 0)).toBe(true);

    const made = (state().deployment.resources ?? []).map(({ urn }) => urn.split("::").at(-1));
    expect(made).toContain("good");
    expect(made).not.toContain("open");

    const output = path.join(folder, "check");
    const check = spawn(
      process.execPath,
      [
        path.join(ROOT, "upgrade", "bin", "check"),
        ...["--stack", "dev", "--directory", folder, "--output", output],
      ],
      { env: environment, stdio: "ignore" },
    );
    expect(await new Promise((done) => check.once("close", done))).toBe(1);
    const report = JSON.parse(readFileSync(path.join(output, "check.json"), "utf8"));
    expect(blamed(report.violations)).toEqual(preview.blamed);
    expect(report.verdict).toBe("failed");
  }, 300_000);
});
