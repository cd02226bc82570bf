import type { ChildProcess } from "node:child_process";
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, isAbsolute, join } from "node:path";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { ProgramInfo, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Project } from "../config/project";
import { Bail, notSupported, UserError } from "../errors";
import { Rpc } from "../rpc/client";
import { rpcMessage } from "../rpc/status";
import { type Children, onLines } from "./process";
import type { MonitorContext } from "./provider";

/** The runner uses this code when it has shown the error itself. */
const ALREADY_REPORTED = 32;

export interface ProgramOutput {
  stdout(line: string): void;
  stderr(line: string): void;
}

/** Folder and file a program starts from. */
export function entryPoint(project: Project): { directory: string; entry: string } {
  if (!project.main) return { directory: project.root, entry: "." };
  const main = isAbsolute(project.main) ? project.main : join(project.root, project.main);
  let folder = false;
  try {
    folder = statSync(main).isDirectory();
  } catch {
    // The SDK's runner explains a missing file better.
  }
  return folder ? { directory: main, entry: "." } : { directory: dirname(main), entry: basename(main) };
}

/**
 * Starts a Node program before the engine is ready for it: its SDK is loaded meanwhile, nothing of its own runs.
 * Undefined when there is something to report first, which `runProgram` does.
 */
export function startAhead(
  children: Children,
  project: Project,
  config: Configuration,
  environment: NodeJS.ProcessEnv,
): ChildProcess | undefined {
  // Modules that Node is told to load first come before the SDK.
  if (project.runtime !== "nodejs" || project.runtimeOptions.nodeargs) return undefined;
  try {
    return launch(children, project, config, environment, [entryPoint(project).entry], true);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/**
 * Runs a Node program with the SDK's own runner until it ends; `ahead` is its process when it was started with the same
 * configuration before.
 * @throws Bail when the program has reported its error; UserError when it could not run
 */
export async function runProgram(
  children: Children,
  project: Project,
  context: MonitorContext,
  engineAddress: string,
  environment: NodeJS.ProcessEnv,
  output: ProgramOutput,
  ahead: ChildProcess | undefined,
): Promise<void> {
  if (project.runtime !== "nodejs") throw notSupported(`the runtime '${project.runtime}'`);
  const { directory, entry } = entryPoint(project);
  const args = [
    "--monitor",
    context.monitor,
    "--engine",
    engineAddress,
    "--organization",
    context.organization,
    "--project",
    context.project,
    "--root-directory",
    project.root,
    "--stack",
    context.stack,
    "--pwd",
    directory,
    ...(context.dryRun ? ["--dry-run"] : []),
    "--parallel",
    String(context.parallel),
    entry,
  ];
  const child =
    ahead !== undefined && children.release(ahead, args)
      ? ahead
      : launch(children, project, context, environment, args, false);
  onLines(child.stdout, output.stdout);
  onLines(child.stderr, output.stderr);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", (error) => reject(new UserError(`could not start the program: ${error.message}`)));
    child.once("close", (...how) => resolve(how));
  });
  if (code === 0) return;
  if (code === ALREADY_REPORTED) throw new Bail();
  throw new UserError(
    code === null ? `Program was ended by ${signal}` : `Program exited with non-zero exit code: ${code}`,
  );
}

/** @throws UserError when the folder of the program has no Pulumi SDK */
function launch(
  children: Children,
  project: Project,
  config: Configuration,
  environment: NodeJS.ProcessEnv,
  args: string[],
  ahead: boolean,
): ChildProcess {
  const { typescript, tsconfig, nodeargs } = project.runtimeOptions;
  const runner = sdkScript(entryPoint(project).directory, "run");
  return children.node(splitArguments(String(nodeargs ?? "")), runner, args, {
    cwd: process.cwd(),
    env: {
      ...environment,
      ...configVariables(config),
      ...(typescript === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" }),
      ...(typeof tsconfig === "string" ? { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig } : {}),
    },
    ahead,
  });
}

type Configuration = Pick<MonitorContext, "config" | "configSecretKeys">;

/** Configuration as the SDK's runners read it. */
export function configVariables(context: Configuration): NodeJS.ProcessEnv {
  const config = Object.entries(context.config).map(([key, value]) => {
    const colon = key.indexOf(":");
    return [`${key.slice(0, colon)}:config:${key.slice(colon + 1)}`, value];
  });
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(config)),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(context.configSecretKeys),
  };
}

/** @throws UserError when the folder has no Pulumi SDK */
export function sdkScript(directory: string, name: "run" | "run-policy-pack"): string {
  try {
    return createRequire(join(directory, "index.js")).resolve(`@pulumi/pulumi/cmd/${name}/index.js`);
  } catch {
    throw new UserError(
      `It looks like the Pulumi SDK has not been installed in ${directory}. Have you run \`npm install\`?`,
    );
  }
}

/** Splits as a shell does: by spaces, with quotes. */
export function splitArguments(text: string): string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/(?:"([^"]*)"|'([^']*)'|(\S))+/g))
    words.push(match[0].replace(/["']/g, ""));
  return words;
}

/** Runs a program inside another process, which listens at `address` (Automation API). */
export async function runInlineProgram(
  address: string,
  project: Project,
  context: MonitorContext,
  engineAddress: string,
): Promise<void> {
  const rpc = new Rpc(LanguageRuntimeService, address);
  const { directory, entry } = entryPoint(project);
  const info = new ProgramInfo();
  info.setRootDirectory(project.root);
  info.setProgramDirectory(directory);
  info.setEntryPoint(entry);
  info.setOptions(Struct.fromJavaScript({}));
  const request = new RunRequest();
  request.setProject(context.project);
  request.setStack(context.stack);
  request.setOrganization(context.organization);
  request.setPwd(directory);
  request.setProgram(entry);
  for (const [key, value] of Object.entries(context.config)) request.getConfigMap().set(key, value);
  request.setConfigsecretkeysList(context.configSecretKeys);
  request.setDryrun(context.dryRun);
  request.setParallel(context.parallel);
  request.setMonitorAddress(context.monitor);
  request.setArgsList([engineAddress]);
  request.setInfo(info);
  try {
    const response = await rpc.call(rpc.methods.run, request);
    if (response.getBail()) throw new Bail();
    if (response.getError()) throw new UserError(response.getError());
  } catch (error) {
    if (error instanceof Bail || error instanceof UserError) throw error;
    throw new UserError(rpcMessage(error));
  } finally {
    rpc.close();
  }
}
