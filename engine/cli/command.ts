import type { Workspace } from "./workspace";

/** What commands share. */
export interface CommandContext {
  workspace: Workspace;
  /** Folder of the engine's sources. */
  engineRoot: string;
  /** A person is at the terminal. */
  interactive: boolean;
  write(line: string): void;
  writeError(line: string): void;
  confirm(question: string): Promise<boolean>;
}
