import { closeSync, openSync, writeSync } from "node:fs";
import type { Reject } from "./file-plan";

/** Writes rejected rows as CSV: file, line, column, value, reason. Every one of them; memory stays small. */
export class RejectsFile {
  private readonly file: number | undefined;
  private text = "file,line,column,value,reason\n";

  /** @param path none: nothing is written */
  constructor(path: string | undefined) {
    this.file = path === undefined ? undefined : openSync(path, "w", 0o600);
  }

  add({ file, line, column, value, reason }: Reject): void {
    if (this.file === undefined) return;
    this.text += `${[file, String(line), column, value, reason].map(quoted).join(",")}\n`;
    if (this.text.length > 65_536) this.flush();
  }

  close(): void {
    if (this.file === undefined) return;
    this.flush();
    closeSync(this.file);
  }

  private flush(): void {
    const bytes = Buffer.from(this.text);
    this.text = "";
    for (let written = 0; written < bytes.length; ) written += writeSync(this.file as number, bytes, written);
  }
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
