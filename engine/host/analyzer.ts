import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import pb from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { parse } from "yaml";
import type { PlainConfig } from "../config/stack-config";
import type { AnalyzedResource, Analyzer, RemediationResult } from "../deploy/deployment";
import type { PolicyViolation } from "../deploy/observer";
import { notSupported, UserError } from "../errors";
import { type Method, Rpc } from "../rpc/client";
import { isUnimplemented, rpcMessage } from "../rpc/status";
import { fromStruct, toStruct } from "../values/wire";
import { describe, request, stackResource } from "./analyzer-messages";
import { LEVELS, type PackConfig, readPackConfig, reconcile } from "./policy-config";
import { type Children, onLines } from "./process";
import { configVariables, sdkScript } from "./program";

export interface PackContext {
  engineAddress: string;
  environment: NodeJS.ProcessEnv;
  project: string;
  stack: string;
  dryRun: boolean;
  config: ReadonlyMap<string, PlainConfig>;
  tags: Record<string, string>;
  output: (line: string) => void;
}
export interface PolicyPackHost {
  analyzers: Analyzer[];
  /** Version by pack name. */
  versions: Record<string, string>;
  close(): void;
}

const WIRE = { keepUnknowns: true, keepSecrets: true };
const SEVERITIES = ["", "low", "medium", "high", "critical"];

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
      "the number of `--policy-pack-config` flags must match the number of `--policy-pack` flags",
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
  const variables = configVariables({
    project: context.project,
    stack: context.stack,
    organization: "organization",
    config: Object.fromEntries([...context.config].map(([key, { value }]) => [key, value])),
    configSecretKeys: [...context.config].filter(([, { secret }]) => secret).map(([key]) => key),
    dryRun: context.dryRun,
    parallel: 1,
    monitor: "",
  });
  const child = children.node(
    [],
    sdkScript(directory, "run-policy-pack"),
    [context.engineAddress, directory],
    {
      cwd: directory,
      env: {
        ...context.environment,
        ...variables,
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

/** One running policy pack. */
class Pack implements Analyzer {
  name = "";
  version = "";
  private severities = new Map<string, string>();
  private remediates = true;
  private analyzesStack = true;

  constructor(
    private readonly rpc: Rpc<typeof AnalyzerService>,
    private readonly kill: () => void,
    private readonly path: string,
  ) {}

  async configure(
    given: PackConfig | undefined,
    file: string | undefined,
    context: PackContext,
    projectVersion: string | undefined,
  ): Promise<void> {
    const stack = new pb.AnalyzerStackConfigureRequest();
    stack.setStack(context.stack);
    stack.setProject(context.project);
    stack.setOrganization("organization");
    stack.setDryRun(context.dryRun);
    for (const [key, value] of Object.entries(context.tags)) stack.getTagsMap().set(key, value);
    for (const [key, { value, secret }] of context.config) {
      stack.getConfigMap().set(key, value);
      if (secret) stack.addConfigSecretKeys(key);
    }
    await this.rpc.call(this.rpc.methods.configureStack, stack).catch((error) => {
      if (!isUnimplemented(error)) throw new UserError(`policy pack "${this.path}": ${rpcMessage(error)}`);
    });
    const info = await this.rpc.call(this.rpc.methods.getAnalyzerInfo, new Empty());
    this.name = info.getName();
    this.version = projectVersion || info.getVersion();
    const policies = info.getPoliciesList().map(describe);
    for (const policy of info.getPoliciesList())
      this.severities.set(policy.getName(), SEVERITIES[policy.getSeverity()] ?? "");
    const initial: PackConfig = new Map();
    info.getInitialconfigMap().forEach((settings: pb.PolicyConfig, name: string) => {
      initial.set(name, {
        level: LEVELS[settings.getEnforcementlevel()],
        properties: fromStruct(settings.getProperties()),
      });
    });
    const { config, problems } = reconcile(policies, initial, given);
    if (problems.length > 0)
      throw new UserError(
        `policy pack "${this.name}" has validation errors in its configuration${file ? ` (${file})` : ""}:\n` +
          problems.map((problem) => `  ${problem}`).join("\n"),
      );
    const request = new pb.ConfigureAnalyzerRequest();
    for (const [name, { level, properties }] of config) {
      const settings = new pb.PolicyConfig();
      settings.setEnforcementlevel(LEVELS.indexOf(level ?? "advisory") as pb.EnforcementLevel);
      settings.setProperties(toStruct(properties, WIRE));
      request.getPolicyconfigMap().set(name, settings);
    }
    await this.rpc.call(this.rpc.methods.configure, request).catch((error) => {
      throw new UserError(`policy pack "${this.name}": ${rpcMessage(error)}`);
    });
    const active = (kind: pb.PolicyType): boolean =>
      info
        .getPoliciesList()
        .some((policy) => policy.getPolicyType() === kind || policy.getPolicyType() === 0);
    this.analyzesStack = active(pb.PolicyType.POLICY_TYPE_STACK);
    // A pack is asked for corrections only when a policy of it may make some.
    this.remediates =
      active(pb.PolicyType.POLICY_TYPE_RESOURCE) &&
      [...config.values()].some(({ level }) => level === "remediate");
  }

  async analyze(resource: AnalyzedResource): Promise<PolicyViolation[]> {
    const response = await this.ask(this.rpc.methods.analyze, request(resource));
    return this.violations(response);
  }

  async remediate(resource: AnalyzedResource): Promise<RemediationResult[]> {
    if (!this.remediates) return [];
    let response: pb.RemediateResponse;
    try {
      response = await this.rpc.call(this.rpc.methods.remediate, request(resource, true));
    } catch (error) {
      if (isUnimplemented(error)) return [];
      throw new Error(`failed to run remediation: ${rpcMessage(error)}`);
    }
    return response.getRemediationsList().map((remediation) => ({
      policyName: remediation.getPolicyname(),
      policyPackName: remediation.getPolicypackname(),
      policyPackVersion: this.version || remediation.getPolicypackversion(),
      description: remediation.getDescription(),
      properties: fromStruct(remediation.getProperties()),
      diagnostic: remediation.getDiagnostic(),
    }));
  }

  async analyzeStack(resources: AnalyzedResource[]): Promise<PolicyViolation[]> {
    if (!this.analyzesStack) return [];
    const message = new pb.AnalyzeStackRequest();
    message.setResourcesList(resources.map(stackResource));
    try {
      return this.violations(await this.ask(this.rpc.methods.analyzeStack, message));
    } catch (error) {
      if (isUnimplemented(error)) return [];
      throw error;
    }
  }

  private async ask<Request, Response>(
    method: Method<Request, Response>,
    message: Request,
  ): Promise<Response> {
    try {
      return await this.rpc.call(method, message);
    } catch (error) {
      if (isUnimplemented(error)) throw error;
      throw new Error(`failed to run policy: ${rpcMessage(error)}`);
    }
  }

  private violations(response: pb.AnalyzeResponse): PolicyViolation[] {
    return response.getDiagnosticsList().map((diagnostic) => ({
      policyName: diagnostic.getPolicyname(),
      policyPackName: diagnostic.getPolicypackname(),
      policyPackVersion: this.version || diagnostic.getPolicypackversion(),
      description: diagnostic.getDescription(),
      message: diagnostic.getMessage(),
      // What a remediation could not correct counts as mandatory.
      enforcementLevel:
        diagnostic.getEnforcementlevel() === pb.EnforcementLevel.ADVISORY ? "advisory" : "mandatory",
      severity:
        SEVERITIES[diagnostic.getSeverity()] || (this.severities.get(diagnostic.getPolicyname()) ?? ""),
      urn: diagnostic.getUrn(),
    }));
  }

  close(): void {
    this.rpc.close();
    this.kill();
  }
}
