import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Stack } from "@pulumi/pulumi/automation";
import { parse, parseDocument } from "yaml";
import { type LoggedEvent, type Preview, summarise } from "../check/events";
import { Refusal } from "../refusal";
import { automation } from "../stack/automation";
import type { Engine } from "../stack/engine";
import type { Project } from "../stack/project";

/**
 * The stack as if nothing of it existed, in a state of its own that is thrown away. There every position of the dial can be
 * previewed, also those whose proofs do not exist yet; two of them compared tell what the turn between them changes.
 */
export class EmptyState {
  private constructor(
    private readonly folder: string,
    private readonly stack: Stack,
    /** What encrypts configuration in this state. */
    readonly salt: unknown,
  ) {}

  static async open(project: Project, engine: Engine): Promise<EmptyState> {
    const folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-empty-"));
    try {
      mkdirSync(path.join(folder, "state"));
      const environment = {
        PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "nothing is kept here",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      };
      const { PULUMI_CONFIG_PASSPHRASE_FILE: _theirs, ...inherited } = process.env;
      const manifest = parseDocument(readFileSync(path.join(project.root, "Pulumi.yaml"), "utf8"));
      manifest.set("main", path.join(project.root, String(manifest.get("main") ?? ".")));
      manifest.set("stackConfigDir", ".");
      writeFileSync(path.join(folder, "Pulumi.yaml"), manifest.toString());
      // Made from a folder of its own: making a stack writes into the stack's file.
      await promisify(execFile)(
        engine.command.command,
        ["stack", "init", project.stack, "--non-interactive", "--no-select"],
        { cwd: folder, env: { ...inherited, ...environment } },
      );
      const file = path.join(folder, `Pulumi.${project.stack}.yaml`);
      const salt = (parse(readFileSync(file, "utf8")) as { encryptionsalt?: unknown } | null)?.encryptionsalt;
      const stack = await automation().LocalWorkspace.selectStack(
        { stackName: project.stack, workDir: project.root },
        { pulumiCommand: engine.command, envVars: { ...environment, PULUMI_CONFIG_PASSPHRASE_FILE: "" } },
      );
      return new EmptyState(folder, stack, salt);
    } catch (problem) {
      rmSync(folder, { recursive: true, force: true });
      throw problem;
    }
  }

  /** Everything the program would make with this stack file. */
  async preview(configFile: string): Promise<Preview> {
    const events: LoggedEvent[] = [];
    try {
      await this.stack.preview({
        configFile,
        color: "never",
        onEvent: (event) => void events.push(event as unknown as LoggedEvent),
      });
    } catch (problem) {
      const { errors } = summarise(events);
      throw new Refusal(`the preview failed: ${errors.join("\n") || (problem as Error).message}`);
    }
    return summarise(events);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
