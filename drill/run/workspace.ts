import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import type { DrillOptions } from "./options";

/** How far a drill has come; written after every step, so that a killed drill can be continued. */
export interface Progress {
  readonly options: DrillOptions;
  readonly startedAt: string;
  readonly done: Readonly<Record<string, unknown>>;
}

/** Someone else is at work here. */
export class Occupied extends Error {}

/** The folder of one stack's drill, see docs/contracts.md §9. One drill at a time works in it. */
export class Workspace {
  readonly root = path.join(__dirname, "..", "..");
  readonly directory: string;
  private guard: net.Server | undefined;

  constructor(
    readonly stack: string,
    base = path.join(__dirname, "..", "..", ".drill"),
  ) {
    this.directory = path.join(base, stack);
  }

  file(...names: string[]): string {
    return path.join(this.directory, ...names);
  }

  get images(): string {
    return path.join(path.dirname(this.directory), "images");
  }

  /** Takes the workspace, or throws Occupied. The operating system gives it back when this process ends, however it ends. */
  async take(): Promise<void> {
    mkdirSync(this.directory, { recursive: true });
    // A socket's path may have about 100 characters, a workspace's more.
    const name = createHash("sha256").update(this.directory).digest("hex").slice(0, 16);
    const address = path.join(os.tmpdir(), `order-upgrade-${name}.lock`);
    if (await answers(address)) {
      throw new Occupied(
        `Another drill of stack "${this.stack}" is running here. Wait for it, or use another --stack.`,
      );
    }
    rmSync(address, { force: true });
    const guard = net.createServer((socket) => socket.end());
    await new Promise<void>((done, fail) => guard.once("error", fail).listen(address, done));
    guard.unref();
    this.guard = guard;
  }

  release(): void {
    this.guard?.close();
  }

  /** Removes what an earlier drill left. */
  clear(): void {
    rmSync(this.directory, { recursive: true, force: true });
    mkdirSync(this.directory, { recursive: true });
  }

  readProgress(): Progress | undefined {
    const file = this.file("progress.json");
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Progress) : undefined;
  }

  writeProgress(progress: Progress): void {
    const file = this.file("progress.json");
    writeFileSync(`${file}.new`, JSON.stringify(progress, null, 2));
    renameSync(`${file}.new`, file);
  }

  /** Environment of the operator's command line: state, secrets and the attached providers of this drill. */
  environment(providers: Readonly<Record<string, number>>): NodeJS.ProcessEnv {
    for (const folder of ["state", "home"]) mkdirSync(this.file(folder), { recursive: true });
    const passphrase = this.file("passphrase");
    if (!existsSync(passphrase)) {
      writeFileSync(passphrase, randomBytes(24).toString("base64url"), { mode: 0o600 });
      chmodSync(passphrase, 0o600);
    }
    const { PULUMI_CONFIG_PASSPHRASE: _ours, ...inherited } = process.env;
    return {
      ...inherited,
      PULUMI_HOME: this.file("home"),
      PULUMI_BACKEND_URL: `file://${this.file("state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DEBUG_PROVIDERS: Object.entries(providers)
        .map(([name, port]) => `${name}:${port}`)
        .join(","),
      AWS_REGION: process.env.AWS_REGION ?? "eu-central-1",
    };
  }
}

function answers(address: string): Promise<boolean> {
  return new Promise((done) => {
    const probe = net.connect(address);
    probe.once("connect", () => {
      probe.destroy();
      done(true);
    });
    probe.once("error", () => done(false));
  });
}
