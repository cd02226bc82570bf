import { Console } from "../output/console";
import { chooseEngine, type Engine, type EngineChoice } from "../stack/engine";
import { StackOperations } from "../stack/operations";
import { openProject, type Project } from "../stack/project";

/** Options that every command takes. */
export interface CommonOptions {
  readonly directory: string;
  readonly stack: string;
  readonly configFile?: string;
  readonly engine: EngineChoice;
  readonly json?: string;
}

/** What a command works with. */
export interface Context {
  readonly project: Project;
  readonly engine: Engine;
  readonly operations: StackOperations;
  readonly console: Console;
  readonly json: string | undefined;
  /** An earlier command died on this machine while it turned the dial. */
  readonly afterCrash: boolean;
}

/** Opens project, engine and stack, and says which engine it is. */
export async function openContext(options: CommonOptions): Promise<Context> {
  const project = openProject(options.directory, options.stack, options.configFile);
  const engine = await chooseEngine(options.engine, options.directory);
  const console = new Console();
  console.line(
    `Stack ${project.stack} · engine: ${engine.kind === "offline" ? "offline engine" : "Pulumi CLI"} ${engine.version}`,
  );
  const operations = await StackOperations.open(project, engine);
  return { project, engine, operations, console, json: options.json, afterCrash: false };
}
