import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseDocument } from "yaml";
import type { Turn } from "../path";
import { changesFor, readDial, turnDial } from "../stack/dial";
import type { Project } from "../stack/project";

/** Copies of a stack's file in which the dial stands elsewhere; the stack's own file stays as it is. */
export class TurnedFiles {
  private readonly folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-forecast-"));
  private count = 0;

  constructor(private readonly project: Project) {}

  /** The stack's file with the dial at `turn`, and with these steps confirmed. */
  at(turn: Turn, confirmed: readonly string[] = []): string {
    const file = path.join(this.folder, `${this.count++}.yaml`);
    copyFileSync(this.project.configFile, file);
    turnDial(
      { ...this.project, configFile: file },
      {
        ...changesFor(readDial(this.project), turn),
        ...(confirmed.length === 0 ? {} : { confirm: confirmed }),
      },
    );
    return file;
  }

  /** A file like `source` that belongs to another state: its encryption, and nothing of other stacks. */
  detached(source: string, salt: unknown): string {
    const document = parseDocument(readFileSync(source, "utf8"));
    for (const key of ["secretsprovider", "encryptedkey", "encryptionsalt"]) document.delete(key);
    if (salt !== undefined) document.set("encryptionsalt", salt);
    for (const keys of [[`${this.project.name}:change`, "staging"], [`${this.project.name}:change.staging`]])
      if (document.hasIn(["config", ...keys])) document.deleteIn(["config", ...keys]);
    const file = path.join(this.folder, `${this.count++}.yaml`);
    writeFileSync(file, document.toString({ lineWidth: 0, flowCollectionPadding: false }), { mode: 0o600 });
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
