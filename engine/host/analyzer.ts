import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import { parse } from "yaml";
import { forPrograms } from "../config/merge";
import type { Analyzer } from "../deploy/deployment";
import { notSupported, UserError } from "../errors";
import { Rpc } from "../rpc/client";
import { Pack, type PackContext } from "./pack";
import { readPackConfig } from "./policy-config";
import { type Children, onLines } from "./process";
import { configVariables, sdkScript } from "./program";

export interface PolicyPackHost {
  analyzers: Analyzer[];
  /** Version by pack name. */
  versions: Record<string, string>;
  close(): void;
}

/**
 * Starts all packs at the same time and configures them.
 * @throws UserError when a pack does not load or refuses its configuration; all problems at once
 */
export async function loadPolicyPacks(
  children: Children,
  options: { policyPacks: string[]; policyPackConfigs: string[] },
  context: PackContext,
): Promise<PolicyPackHost> {
  const { policyPacks, policyPackConfigs } = options;
  if (policyPackConfigs.length > 0 && policyPackConfigs.length !== policyPacks.length)
    throw new UserError(
      'the number of "--policy-pack-config" flags must match the number of "--policy-pack" flags',
    );
  const started = await Promise.allSettled(
    policyPacks.map((path, i) => startPack(children, path, policyPackConfigs[i], context)),
  );
  const packs = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const problems = started.flatMap((each) =>
    each.status === "rejected" ? [String((each.reason as Error).message)] : [],
  );
  if (problems.length > 0) {
    for (const pack of packs) pack.close();
    throw new UserError(problems.join("\n"));
  }
  return {
    analyzers: packs,
    versions: Object.fromEntries(packs.map((pack) => [pack.name, pack.version])),
    close: () => {
      for (const pack of packs) pack.close();
    },
  };
}

async function startPack(
  children: Children,
  path: string,
  configFile: string | undefined,
  context: PackContext,
): Promise<Pack> {
  const directory = resolve(path);
  const file = resolve(directory, "PulumiPolicy.yaml");
  if (!existsSync(directory))
    throw new UserError(`policy pack not found at "${path}": there is no such folder`);
  if (!statSync(directory).isDirectory()) throw notSupported(`the policy pack ${path}, which is no folder`);
  if (!existsSync(file))
    throw new UserError(`failed to load Pulumi policy project located at "${path}": ${file} is missing`);
  let project: { runtime?: unknown; version?: string };
  try {
    project = parse(readFileSync(file, "utf8")) as typeof project;
  } catch (error) {
    throw new UserError(
      `failed to load Pulumi policy project located at "${path}": ${(error as Error).message}`,
    );
  }
  const runtime =
    typeof project.runtime === "object"
      ? (project.runtime as { name?: string } | null)?.name
      : project.runtime;
  if (runtime !== "nodejs") throw notSupported(`a policy pack with the runtime '${String(runtime)}'`);
  const config = configFile === undefined ? undefined : readPackConfig(configFile);
  const child = children.node(
    [],
    sdkScript(directory, "run-policy-pack"),
    [context.engineAddress, directory],
    {
      cwd: directory,
      env: {
        ...context.environment,
        ...configVariables(forPrograms(context.config)),
        PULUMI_NODEJS_ORGANIZATION: "organization",
        PULUMI_NODEJS_PROJECT: context.project,
        PULUMI_NODEJS_STACK: context.stack,
        PULUMI_NODEJS_DRY_RUN: String(context.dryRun),
      },
    },
  );
  const errors: string[] = [];
  onLines(child.stderr, (line) => {
    errors.push(line);
    context.output(line);
  });
  const port = await new Promise<string>((found, fail) => {
    let first = true;
    onLines(child.stdout, (line) => {
      if (first && /^\d+$/.test(line.trim())) found(line.trim());
      else context.output(line);
      first = false;
    });
    child.once("error", (error) =>
      fail(new UserError(`policy pack "${path}" failed to start: ${error.message}`)),
    );
    child.once("close", (code) =>
      fail(
        new UserError(
          `policy pack "${path}" failed to start: it ended with code ${code}\n${errors.slice(0, 10).join("\n")}`,
        ),
      ),
    );
  });
  const pack = new Pack(new Rpc(AnalyzerService, `127.0.0.1:${port}`), () => child.kill("SIGKILL"), path);
  try {
    await pack.configure(config, configFile, context, project.version);
  } catch (error) {
    pack.close();
    throw error;
  }
  return pack;
}
