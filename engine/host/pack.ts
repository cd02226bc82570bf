import type { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import pb from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PlainConfig } from "../config/stack-config";
import type { AnalyzedResource, Analyzer, RemediationResult } from "../deploy/deployment";
import type { PolicyViolation } from "../deploy/observer";
import { UserError } from "../errors";
import type { Method, Rpc } from "../rpc/client";
import { isUnimplemented, rpcMessage } from "../rpc/status";
import { fromStruct, toStruct } from "../values/wire";
import { analyzeRequest, describe, remediateRequest, stackRequest } from "./analyzer-messages";
import { LEVELS, type PackConfig, reconcile } from "./policy-config";

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
const WIRE = { keepUnknowns: true, keepSecrets: true };
const SEVERITIES = ["", "low", "medium", "high", "critical"];

/** One running policy pack. */
export class Pack implements Analyzer {
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
    const response = await this.ask(this.rpc.methods.analyze, analyzeRequest(resource));
    return this.violations(response);
  }

  async remediate(resource: AnalyzedResource): Promise<RemediationResult[]> {
    if (!this.remediates) return [];
    let response: pb.RemediateResponse;
    try {
      response = await this.rpc.call(this.rpc.methods.remediate, remediateRequest(resource));
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
    try {
      return this.violations(await this.ask(this.rpc.methods.analyzeStack, stackRequest(resources)));
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
