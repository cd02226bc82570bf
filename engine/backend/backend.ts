import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ConfigValue } from "../config/config-value";
import { notSupported, UserError } from "../errors";
import type { Deployment } from "../resource/deployment-format";
import { replaceFile, writeAtomically } from "./files";

export interface StackReference {
  project: string;
  name: string;
}

/** One finished update, as `stack history` shows it. */
export interface UpdateInfo {
  version: number;
  kind: string;
  startTime: number;
  message: string;
  environment: Record<string, string>;
  config: Record<string, ConfigValue>;
  result: string;
  endTime: number;
  resourceChanges: Record<string, number>;
}

interface Checkpoint {
  version: number;
  features?: string[];
  checkpoint: { stack: string; latest?: Deployment };
}

/** The file backend: layout and formats are the Pulumi CLI's own. */
export class Backend {
  readonly directory: string;

  constructor(readonly url: string) {
    this.directory = directoryOf(url);
    if (!existsSync(this.directory))
      throw new UserError(
        `unable to open bucket ${url}: the directory ${this.directory} does not exist; create it first`,
      );
  }

  private path(...parts: string[]): string {
    return join(this.directory, ".pulumi", ...parts);
  }
  stackFile({ project, name }: StackReference): string {
    return this.path("stacks", project, `${name}.json`);
  }
  lockDirectory({ project, name }: StackReference): string {
    return this.path("locks", "organization", project, name);
  }
  private historyDirectory({ project, name }: StackReference): string {
    return this.path("history", project, name);
  }
  private backupDirectory({ project, name }: StackReference): string {
    return this.path("backups", project, name);
  }

  exists(stack: StackReference): boolean {
    this.refuseCompressed(stack);
    return existsSync(this.stackFile(stack));
  }

  private refuseCompressed(stack: StackReference): void {
    for (const extension of [".gz", ".zst"])
      if (existsSync(this.stackFile(stack) + extension))
        throw notSupported(`compressed state (${extension})`);
  }

  /** Stacks of one project, or of all, by name. */
  list(project?: string): StackReference[] {
    const root = this.path("stacks");
    const projects = project === undefined ? (existsSync(root) ? readdirSync(root).sort() : []) : [project];
    return projects.flatMap((name) => {
      const folder = join(root, name);
      if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
      return readdirSync(folder)
        .filter((file) => file.endsWith(".json"))
        .sort()
        .map((file) => ({ project: name, name: file.slice(0, -".json".length) }));
    });
  }

  create(stack: StackReference, deployment?: Deployment): void {
    const meta = this.path("meta.yaml");
    if (!existsSync(meta)) writeAtomically(meta, "version: 1\n");
    this.write(stack, deployment);
  }

  /**
   * The deployment of a stack; undefined when it was never updated.
   * @throws UserError when the file is corrupt; it names the previous version that was kept
   */
  read(stack: StackReference): Deployment | undefined {
    const file = this.stackFile(stack);
    const text = readFileSync(file, "utf8");
    let parsed: Partial<Checkpoint>;
    try {
      parsed = JSON.parse(text) as Partial<Checkpoint>;
      if (typeof parsed?.checkpoint !== "object" || parsed.checkpoint === null)
        throw new Error("it has no checkpoint");
    } catch (error) {
      const kept = existsSync(`${file}.bak`)
        ? `the previous version is kept in ${file}.bak: copy it over the broken file, or`
        : "there is no previous version beside it;";
      throw new UserError(
        `failed to load checkpoint: ${file} is not a valid state file (${(error as Error).message})\n` +
          `${kept} look for a backup in ${this.backupDirectory(stack)}. Nothing was changed.`,
      );
    }
    if ((parsed.version ?? 3) > 3) throw notSupported(`state of version ${parsed.version}`);
    return parsed.checkpoint.latest;
  }

  private write(stack: StackReference, latest: Deployment | undefined): void {
    const checkpoint: Checkpoint = {
      version: 3,
      checkpoint: { stack: `organization/${stack.project}/${stack.name}`, ...(latest && { latest }) },
    };
    writeAtomically(this.stackFile(stack), JSON.stringify(checkpoint));
  }

  /** Writes the state and keeps the previous version beside it. */
  save(stack: StackReference, deployment: Deployment): void {
    const file = this.stackFile(stack);
    if (existsSync(file)) copyFileSync(file, `${file}.bak`);
    this.write(stack, deployment);
  }

  /** Writes bytes that are a whole state file, part after part; called after every step. */
  saveBytes(stack: StackReference, parts: Buffer[]): Promise<void> {
    return replaceFile(this.stackFile(stack), parts);
  }

  /** Keeps the state an update starts from beside the state file. */
  keepPrevious(stack: StackReference): void {
    const file = this.stackFile(stack);
    if (existsSync(file)) copyFileSync(file, `${file}.bak`);
  }

  addHistory(stack: StackReference, update: UpdateInfo): void {
    const stamp = String(BigInt(Date.now()) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n));
    const history = this.historyDirectory(stack);
    writeAtomically(join(history, `${stack.name}-${stamp}.history.json`), JSON.stringify(update, null, 4));
    const file = this.stackFile(stack);
    if (!existsSync(file)) return;
    copyFileSync(file, join(history, `${stack.name}-${stamp}.checkpoint.json`));
    const backups = this.backupDirectory(stack);
    mkdirSync(backups, { recursive: true });
    copyFileSync(file, join(backups, `${stack.name}.${stamp}.json`));
  }

  /** Finished updates, the latest first. */
  history(stack: StackReference): UpdateInfo[] {
    const directory = this.historyDirectory(stack);
    if (!existsSync(directory)) return [];
    return readdirSync(directory)
      .filter((name) => name.endsWith(".history.json"))
      .sort()
      .reverse()
      .map((name) => JSON.parse(readFileSync(join(directory, name), "utf8")) as UpdateInfo);
  }

  removeBackups(stack: StackReference): void {
    rmSync(this.backupDirectory(stack), { recursive: true, force: true });
  }

  remove(stack: StackReference): void {
    const file = this.stackFile(stack);
    if (existsSync(file)) copyFileSync(file, `${file}.bak`);
    rmSync(file, { force: true });
    rmSync(this.historyDirectory(stack), { recursive: true, force: true });
    rmSync(this.path("stacks", stack.project, `${stack.name}.pulumi-tags`), { force: true });
  }

  rename(from: StackReference, to: StackReference, deployment: Deployment | undefined): void {
    this.write(to, deployment);
    for (const directory of ["history", "backups"]) {
      const source = this.path(directory, from.project, from.name);
      if (!existsSync(source)) continue;
      const target = this.path(directory, to.project, to.name);
      mkdirSync(target, { recursive: true });
      for (const name of readdirSync(source)) {
        const renamed = name.startsWith(from.name) ? to.name + name.slice(from.name.length) : name;
        copyFileSync(join(source, name), join(target, renamed));
      }
      rmSync(source, { recursive: true, force: true });
    }
    rmSync(this.stackFile(from), { force: true });
    rmSync(`${this.stackFile(from)}.bak`, { force: true });
  }

  tags(stack: StackReference): Record<string, string> {
    const file = this.path("stacks", stack.project, `${stack.name}.pulumi-tags`);
    if (!existsSync(file)) return {};
    return (JSON.parse(readFileSync(file, "utf8")) as { tags?: Record<string, string> }).tags ?? {};
  }
  saveTags(stack: StackReference, tags: Record<string, string>): void {
    writeAtomically(
      this.path("stacks", stack.project, `${stack.name}.pulumi-tags`),
      JSON.stringify({ version: 1, tags }),
    );
  }
}

function directoryOf(url: string): string {
  if (!url.startsWith("file://")) throw notSupported(`the backend ${url} (only file://…)`);
  const [path = ""] = url.slice("file://".length).split("?");
  if (path === "~" || path.startsWith("~/")) return join(homedir(), path.slice(1));
  return path.startsWith("/") ? fileURLToPath(`file://${path}`) : resolve(path);
}
