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

  it("keeps secrets encrypted in the history, and takes the configuration back from there", () => {
    pulumi("stack init past");
    pulumi("config set --stack past --path --secret nested.token hidden");
    pulumi("config set --stack past color blue");
    const destroyed = pulumi("destroy --stack past --yes --skip-preview");
    expect(destroyed).toMatchObject({ exit: 0 });
    expect(destroyed.stdout).toContain("run `pulumi stack rm past`");
    const folder = join(root, "state", ".pulumi", "history", "shop", "past");
    const written = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    expect(written.join("\n")).not.toContain("hidden");
    const { config } = JSON.parse(written.find((text) => text.includes('"config"')) ?? "{}") as {
      config: Record<string, unknown>;
    };
    expect(config).toMatchObject({
      "shop:color": "blue",
      "shop:nested": { token: { secure: expect.stringMatching(/^v1:/) } },
    });
    const shown = (flags: string): unknown =>
      (JSON.parse(pulumi(`stack history --stack past --json${flags}`).stdout) as { config: object }[])[0]
        ?.config;
    expect(shown("")).toEqual({
      "shop:color": { value: "blue", secret: false },
      "shop:nested": { secret: true },
    });
    expect(shown(" --show-secrets")).toMatchObject({ "shop:nested": { objectValue: { token: "hidden" } } });

    pulumi("config rm --stack past color");
    const refreshed = pulumi("config refresh --stack past");
    expect(refreshed.stdout).toContain("refreshed configuration for stack 'past'");
    expect(pulumi("config get --stack past color").stdout).toBe("blue\n");
    expect(pulumi("config get --stack past --path nested.token").stdout).toBe("hidden\n");
    expect(existsSync(join(root, "work", "Pulumi.past.yaml.bak"))).toBe(true);
  });

  it("names all missing configuration values at once, and asks for nothing when nobody is there", () => {
    const project = join(root, "work", "Pulumi.yaml");
    const before = readFileSync(project, "utf8");
    writeFileSync(project, `${before}config: {a: {type: string}, b: {type: string}, c: {type: string}}\n`);
    const missing = pulumi("preview --stack dev");
    writeFileSync(project, before);
    expect(missing).toMatchObject({ exit: 1 });
    expect(missing.stderr).toContain("is missing configuration values 'a', 'b' and 'c'");
    expect(pulumi("stack rm dev")).toMatchObject({
      exit: 1,
      stderr: "error: non-interactive mode requires --yes flag\n",
    });
  });

  it("shows outputs without a passphrase as long as no secret is to be shown", () => {
    pulumi("stack init sealed");
    const deployment = {
      manifest: {},
      resources: [
        {
          urn: "urn:pulumi:sealed::shop::pulumi:pulumi:Stack::shop-sealed",
          type: "pulumi:pulumi:Stack",
          custom: false,
          outputs: {
            color: "blue",
            keys: [
              { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"hush"' },
            ],
          },
        },
      ],
    };
    const file = join(root, "sealed.json");
    writeFileSync(file, JSON.stringify({ version: 3, deployment }));
    expect(pulumi(`stack import --stack sealed --file ${file}`)).toMatchObject({ exit: 0 });
    const nobody = { PULUMI_CONFIG_PASSPHRASE: undefined };
    const masked = pulumi("stack output --stack sealed --json", nobody);
    expect(masked).toMatchObject({ exit: 0 });
    expect(JSON.parse(masked.stdout)).toEqual({ color: "blue", keys: ["[secret]"] });
    expect(pulumi("stack output --stack sealed --json --show-secrets", nobody)).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining("passphrase must be set"),
    });
    expect(pulumi("stack output --stack sealed --json --show-secrets").stdout).toContain("hush");
  });

  it("keeps tags of a stack", () => {
    pulumi("stack tag set --stack dev team web");
    expect(pulumi("stack tag ls --stack dev").stdout).toMatch(/NAME +VALUE\n(.*\n)*team +web\n/);
    pulumi("stack tag remove --stack dev team");
    expect(pulumi("stack tag get --stack dev team").stderr).toContain("stack tag 'team' not found");
  });

  it("refuses flags that contradict each other", () => {
    for (const [line, problem] of [
      ["up --yes --preview-only", "--yes and --preview-only cannot be used together"],
      ["destroy --skip-preview --preview-only", "--skip-preview and --preview-only cannot be used together"],
      [
        "preview --target a --exclude b",
        "if any flags in the group [target exclude] are set none of the others can be; [exclude target] were all set",
      ],
      [
        "preview --policy-pack-config a.json",
        '"--policy-pack-config" must be specified with "--policy-pack"',
      ],
    ] as const)
      expect(pulumi(`${line} --stack dev`)).toMatchObject({ exit: 1, stderr: `error: ${problem}\n` });
  });

  it("copies configuration to another stack and encrypts its secrets anew", () => {
    pulumi("config set --stack dev --secret token hidden");
    pulumi("config set --stack dev color blue");
    expect(pulumi("stack init copied --copy-config-from dev").exit).toBe(0);
    expect(pulumi("config get --stack copied token").stdout).toBe("hidden\n");
    const secureOf = (stack: string) =>
      /token:\s+secure: (\S+)/.exec(readFileSync(join(root, "work", `Pulumi.${stack}.yaml`), "utf8"))?.[1];
    expect(secureOf("copied")).toMatch(/^v1:/);
    expect(secureOf("copied")).not.toBe(secureOf("dev"));
    pulumi("config set --stack dev color red");
    expect(pulumi("config cp color --stack dev --dest copied").exit).toBe(0);
    expect(pulumi("config get --stack copied color").stdout).toBe("red\n");
    expect(pulumi("config cp --stack dev --dest dev").stderr).toContain("are the same");
  });

  it("neither removes nor renames a stack while somebody else works on it", () => {
    pulumi("stack init busy");
    const unlock = lockStack(join(root, "state", ".pulumi", "locks", "organization", "shop", "busy"));
    for (const line of ["stack rm busy --yes", "stack rename --stack busy other"])
      expect(pulumi(line).stderr).toContain("the stack is currently locked by 1 lock(s)");
    unlock();
    expect(pulumi("stack rename --stack busy other").stdout).toContain("Renamed busy to other");
    expect(pulumi("stack rm other --yes --remove-backups").exit).toBe(0);
  });
});
