import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Refusal } from "../refusal";
import type { EngineChoice } from "../stack/engine";
import { type Preview, readEvents, summarise } from "./events";

export interface PreviewOptions {
  /** Folder of Pulumi.yaml. */
  readonly root: string;
  readonly stack: string;
  readonly engine: EngineChoice;
  readonly packs: boolean;
  /** Absolute path of another stack file than the stack's own. */
  readonly configFile?: string | undefined;
}

const PACKS = ["security", "upgrade"];
/** Variables with which something beside the program could change what is checked. */
const REFUSED = ["PULUMI_NODEJS_SKIP_COMPONENT_INPUTS"];

/** Previews a stack and returns what the engine said, also when it found reasons to stop. */
export async function preview(options: PreviewOptions): Promise<Preview> {
  for (const name of REFUSED) {
    if (process.env[name] !== undefined)
      throw new Refusal(`${name} is set: rules could not see what they judge. Remove it and run again.`, 2);
  }
  const folder = mkdtempSync(path.join(tmpdir(), "order-upgrade-check-"));
  const log = path.join(folder, "events.jsonl");
  try {
    const child = start(options, log);
    const { code, said } = await ended(child);
    const events = existsSync(log) ? readEvents(readFileSync(log, "utf8")) : [];
    const summary = summarise(events);
    const explained = summary.errors.length + summary.violations.filter(({ mandatory }) => mandatory).length;
    // An engine that failed without a reason in its events is a failure all the same.
    return code === 0 || explained > 0
      ? summary
      : { ...summary, errors: [`the preview failed with ${code}: ${said.split("\n").slice(-8).join("\n")}`] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function start({ root, stack, engine, packs, configFile }: PreviewOptions, log: string): ChildProcess {
  const command = engine === "pulumi" ? "pulumi" : path.join(root, "drill", "bin", "pulumi-offline");
  const args = ["preview", "--stack", stack, "--color", "never", "--non-interactive", "--event-log", log];
  if (configFile !== undefined) args.push("--config-file", configFile);
  if (packs) for (const pack of PACKS) args.push("--policy-pack", path.join(root, "policies", pack));
  return spawn(command, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    // Events are a part of the engine that it still calls experimental.
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_EXPERIMENTAL: "true" },
  });
}

function ended(child: ChildProcess): Promise<{ readonly code: number; readonly said: string }> {
  let said = "";
  const hear = (chunk: Buffer): void => {
    said = `${said}${chunk.toString("utf8")}`.slice(-20_000);
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  return new Promise((resolve, reject) => {
    child.once("error", (problem) =>
      reject(new Refusal(`the engine cannot be started: ${problem.message}. Is it installed?`, 2)),
    );
    child.once("close", (code) => resolve({ code: code ?? 1, said: said.trim() }));
  });
}

/** The project at a revision, in a folder of its own that `remove` takes away; dependencies are those installed here. */
export function checkOut(root: string, revision: string): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), "order-upgrade-base-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const commit = execFileSync(
      "git",
      ["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`],
      {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      },
    ).trim();
    const archive = execFileSync("git", ["archive", "--format=tar", commit], {
      cwd: root,
      maxBuffer: 1024 ** 3,
      stdio: ["ignore", "pipe", "pipe"],
    });
    mkdirSync(folder, { recursive: true });
    execFileSync("tar", ["-x", "-C", folder], { input: archive });
    symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "dir");
    return { folder, remove };
  } catch (problem) {
    remove();
    const said = (problem as { stderr?: Buffer | string }).stderr?.toString().trim();
    throw new Refusal(
      `--base ${revision}: ${said || (problem as Error).message}. Name a branch, tag or commit this clone has.`,
      2,
    );
  }
}
