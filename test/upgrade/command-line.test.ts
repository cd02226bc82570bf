import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const ROOT = path.resolve(__dirname, "..", "..");
const COMMAND = path.join(ROOT, "upgrade", "bin", "order-upgrade");
let folder: string;
let stackFile: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-command-"));
  stackFile = path.join(folder, "Pulumi.dev.yaml");
  cpSync(path.join(ROOT, "stacks", "Pulumi.dev.yaml"), stackFile);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command with nothing of this machine's own: no credentials, no cluster, no backend but the one given. */
const type = (args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  new Promise((done) => {
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      AWS_EC2_METADATA_DISABLED: "true",
      KUBECONFIG: path.join(folder, "nowhere"),
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_HOME: path.join(folder, "home"),
      ...environment,
    };
    execFile(process.execPath, [COMMAND, ...args], { cwd: ROOT, env }, (problem, out, err) =>
      done({ code: problem === null ? 0 : Number(problem.code ?? 1), out, err }),
    );
  });

describe("wrong usage", () => {
  it.each([
    [["status", "--stack", "prod"], /stack "prod" is unknown: .*Known stacks: dev, production, staging/],
    [["run"], /required option '--to <phase>'/],
    [["rn"], /unknown command 'rn'/],
    [["run", "--to", "live", "--stack", "dev", "--yes"], /--yes needs --reason/],
    [["run", "--to", "live", "--preview", "maybe"], /auto, always, never/],
    [["completion", "tcsh"], /use bash, zsh or fish/],
  ])(
    "%j ends with 2 and says what to do",
    async (args, message) => {
      const { code, err } = await type(args);
      expect(err).toMatch(message);
      expect(err).not.toMatch(/\n\s+at /);
      expect(code).toBe(2);
    },
    30_000,
  );
});

describe("a refusal", () => {
  it("is written where the result would be", async () => {
    const json = path.join(folder, "result.json");
    const { code } = await type(["rollback", "--stack", "dev", "--config-file", stackFile, "--json", json]);
    expect(code).toBe(1);
    expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({
      version: 1,
      command: "rollback",
      stack: "dev",
      verdict: "failed",
      problems: [expect.stringMatching(/Traffic is on the old release already.*abort/)],
    });
  }, 30_000);

  it("to go back while business is stopped names the ways to resume", async () => {
    writeFileSync(
      stackFile,
      readFileSync(stackFile, "utf8")
        .replace(/order-upgrade:phase: \w+/, "order-upgrade:phase: migrated")
        .replace(/order-upgrade:strategy: [\w-]+/, "order-upgrade:strategy: maintenance"),
    );
    const { code, err } = await type(["rollback", "--stack", "dev", "--config-file", stackFile]);
    expect(code).toBe(1);
    expect(err).toMatch(/Business is stopped \(phase migrated\).*run --to prepared.*abort/);
  }, 30_000);

  it("of a completed upgrade names the way forward (D2)", async () => {
    writeFileSync(
      stackFile,
      readFileSync(stackFile, "utf8").replace(/order-upgrade:phase: \w+/, "order-upgrade:phase: complete"),
    );
    mkdirSync(path.join(folder, "state"));
    const { code, err } = await type(["rollback", "--stack", "dev", "--config-file", stackFile], {
      PULUMI_BACKEND_URL: `file://${folder}/state`,
    });
    expect(err).toMatch(/complete: the old data model is gone.*the way is forward/);
    expect(code).toBe(1);
    expect(readFileSync(stackFile, "utf8")).toContain("order-upgrade:phase: complete");
  }, 30_000);
});

describe("doctor", () => {
  it("names everything that is missing at once, and changes nothing", async () => {
    const before = readFileSync(stackFile, "utf8");
    const json = path.join(folder, "doctor.json");
    const { code, out } = await type(
      ["doctor", "--stack", "dev", "--config-file", stackFile, "--engine", "offline", "--json", json],
      { PULUMI_BACKEND_URL: "file:///proc/nowhere/state" },
    );
    expect(code).toBe(1);
    expect(out).toMatch(/✓ node/);
    expect(out).toMatch(/✓ parameters/);
    expect(out).toMatch(/✗ backend .*\n[\s\S]*Way out: pulumi login/);
    expect(out).toMatch(/✗ credentials[\s\S]*Way out: log in: aws sso login/);
    expect(out).toMatch(/✗ cluster .*there is no kubeconfig[\s\S]*Way out: aws eks update-kubeconfig/);
    const document = JSON.parse(readFileSync(json, "utf8"));
    expect(document).toMatchObject({ version: 1, command: "doctor", verdict: "failed" });
    expect(readFileSync(stackFile, "utf8")).toBe(before);
  }, 60_000);

  it("sees a cluster that does not answer", async () => {
    const kubeconfig = path.join(folder, "kubeconfig");
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        "current-context": "c",
        contexts: [{ name: "c", context: { cluster: "c", user: "c" } }],
        clusters: [{ name: "c", cluster: { server: "http://127.0.0.1:1" } }],
      }),
    );
    mkdirSync(path.join(folder, "state"));
    const tracked = readFileSync(path.join(ROOT, "stacks", "Pulumi.dev.yaml"), "utf8");
    const { out } = await type(
      ["doctor", "--stack", "dev", "--config-file", stackFile, "--engine", "offline"],
      {
        PULUMI_BACKEND_URL: `file://${folder}/state`,
        KUBECONFIG: kubeconfig,
        AWS_ACCESS_KEY_ID: "AKIA",
        AWS_SECRET_ACCESS_KEY: "s",
      },
    );
    expect(out).toMatch(/✓ backend +answers; nothing is deployed yet/);
    expect(out).toMatch(/✓ credentials +AKIA…, region/);
    expect(out).toMatch(/✗ cluster +http:\/\/127\.0\.0\.1:1 cannot be reached/);
    expect(out).not.toMatch(/"s"/);
    // It looks; it makes no stack, in the backend or in the project.
    expect(readFileSync(path.join(ROOT, "stacks", "Pulumi.dev.yaml"), "utf8")).toBe(tracked);
    expect(existsSync(path.join(folder, "state", ".pulumi", "stacks", "order-upgrade", "dev.json"))).toBe(
      false,
    );
  }, 60_000);
});

describe("run", () => {
  it("says that the backend cannot be used before the dial moves", async () => {
    const before = readFileSync(stackFile, "utf8");
    const { code, err } = await type(
      ["run", "--to", "steady", "--stack", "dev", "--config-file", stackFile, "--engine", "offline"],
      { PULUMI_BACKEND_URL: "file:///proc/nowhere/state" },
    );
    expect(code).toBe(1);
    expect(err).toMatch(/The state backend cannot be used/);
    expect(readFileSync(stackFile, "utf8")).toBe(before);
    expect(existsSync(`${stackFile}.operator`)).toBe(false);
  }, 60_000);
});

describe("completion", () => {
  it.each(["bash", "zsh", "fish"])(
    "for %s knows every command and its options",
    async (shell) => {
      const { code, out } = await type(["completion", shell]);
      expect(code).toBe(0);
      for (const word of [
        "status",
        "plan",
        "run",
        "rollback",
        "abort",
        "promote",
        "report",
        "doctor",
        "drift",
        "evidence",
      ])
        expect(out).toContain(word);
      expect(out).toMatch(/(--| -l )canary/);
      expect(out).toContain("prepared migrated staged live complete reverted");
    },
    30_000,
  );

  it("is a script that bash takes and that completes phases", async () => {
    const { out } = await type(["completion", "bash"]);
    const script = path.join(folder, "completion.bash");
    writeFileSync(
      script,
      `${out}\nCOMP_WORDS=(order-upgrade run --to mi) COMP_CWORD=3\n_order_upgrade\nprintf '%s' "\${COMPREPLY[@]}"\n`,
    );
    const said = await new Promise<string>((done) =>
      execFile("bash", [script], (_problem, text) => done(text)),
    );
    expect(said).toBe("migrated");
  }, 30_000);
});
