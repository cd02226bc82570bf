import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockStack } from "../../engine/backend/lock";

const PULUMI = resolve("engine/bin/pulumi");

describe("the command line", () => {
  let root: string;
  let state: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "engine-cli-"));
    state = join(root, "state", ".pulumi", "stacks", "shop", "dev.json");
    for (const folder of ["state", "home", "work"]) mkdirSync(join(root, folder));
    writeFileSync(join(root, "work", "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    expect(pulumi("stack init dev").exit).toBe(0);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function pulumi(
    line: string,
    environment: NodeJS.ProcessEnv = {},
  ): { exit: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [PULUMI, ...line.split(" "), "--non-interactive"],
      {
        cwd: join(root, "work"),
        encoding: "utf8",
        env: {
          PATH: process.env.PATH,
          HOME: join(root, "home"),
          PULUMI_HOME: join(root, "home"),
          PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
          PULUMI_CONFIG_PASSPHRASE: "right",
          ...environment,
        },
      },
    );
    return { exit: status, stdout, stderr };
  }

  it("refuses unknown flags and commands, and says what only the CLI can do", () => {
    expect(pulumi("up --no-such-flag")).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining("unknown flag: --no-such-flag"),
    });
    expect(pulumi("no-such-command")).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining("unknown command"),
    });
    expect(pulumi("state delete x").stderr).toContain("not supported by the offline engine");
  });

  it("keeps secrets encrypted in the stack file and refuses a wrong passphrase", () => {
    expect(pulumi("config set --secret token hush").exit).toBe(0);
    const file = readFileSync(join(root, "work", "Pulumi.dev.yaml"), "utf8");
    expect(file).toContain("encryptionsalt: v1:");
    expect(file).not.toContain("hush");
    expect(pulumi("config get token").stdout.trim()).toBe("hush");
    const wrong = pulumi("config get token", { PULUMI_CONFIG_PASSPHRASE: "wrong" });
    expect(wrong.exit).toBe(1);
    expect(wrong.stderr).toContain("incorrect passphrase");
    expect(wrong.stdout).not.toContain("hush");
  });

  it("does not touch the state while another process holds the lock", () => {
    const unlock = lockStack(join(root, "state", ".pulumi", "locks", "organization", "shop", "dev"));
    const before = readFileSync(state, "utf8");
    const locked = pulumi("destroy --yes --skip-preview");
    expect(locked.exit).toBe(1);
    expect(locked.stderr).toContain("the stack is currently locked by 1 lock(s)");
    expect(readFileSync(state, "utf8")).toBe(before);
    unlock();
    expect(readdirSync(join(root, "state", ".pulumi", "locks", "organization", "shop", "dev"))).toEqual([]);
  });

  it("names the previous version when the state file is broken, and leaves both alone", () => {
    const sound = readFileSync(state, "utf8");
    writeFileSync(`${state}.bak`, sound);
    writeFileSync(state, sound.slice(0, sound.length / 2));
    const broken = pulumi("stack export");
    expect(broken.exit).toBe(1);
    expect(broken.stderr).toContain(`${state}.bak`);
    expect(readFileSync(`${state}.bak`, "utf8")).toBe(sound);
    writeFileSync(state, sound);
  });

  it("knows when a stack does not exist", () => {
    expect(pulumi("stack select absent")).toMatchObject({
      exit: 6,
      stderr: expect.stringContaining("no stack named 'absent' found"),
    });
    expect(existsSync(state)).toBe(true);
  });
});
