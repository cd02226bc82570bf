import type { ChildProcess } from "node:child_process";
import { forPrograms, resolveConfig, withProjectDefaults } from "../config/merge";
import type { PlainConfig, StackConfig } from "../config/stack-config";
import type { Children } from "../host/process";
import { startAhead } from "../host/program";
import { type ProgramOptions, runsProgram } from "./program-source";
import type { Workspace } from "./workspace";

/**
 * Starts the program's process while the key of the secrets is still derived, a third of a second of a core. Undefined when
 * it cannot start yet: configuration is handed over in its environment, so none may be sealed or still to be written.
 */
export function headStart(
  children: Children,
  workspace: Workspace,
  options: ProgramOptions & { config: readonly string[] },
  stack: StackConfig,
): ChildProcess | undefined {
  if (!runsProgram(options) || options.client !== undefined || options.config.length > 0) return undefined;
  const config = openConfig(workspace, stack);
  return config && startAhead(children, workspace.project(), forPrograms(config), workspace.environment);
}

/** Undefined also for what is wrong with it, which is reported when it is resolved in earnest. */
function openConfig(workspace: Workspace, stack: StackConfig): Map<string, PlainConfig> | undefined {
  try {
    return resolveConfig(withProjectDefaults(workspace.project(), stack.values()), () => {
      throw new Error("sealed");
    });
  } catch {
    return undefined;
  }
}
