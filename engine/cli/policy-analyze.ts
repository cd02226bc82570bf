import { readFileSync } from "node:fs";
import type { AnalyzedResource } from "../deploy/deployment";
import type { PolicyViolation } from "../deploy/observer";
import { type EngineEvent, eventJson } from "../display/events";
import { PlainDisplay } from "../display/plain";
import { UserError } from "../errors";
import { loadPolicyPacks } from "../host/analyzer";
import { EngineServer } from "../host/engine-service";
import { Children } from "../host/process";
import { type Deployment, deserializeResource } from "../resource/deployment-format";
import type { ResourceState } from "../resource/state";
import { nameOf, parseReference, parseUrn, rootStackUrn } from "../resource/urn";
import type { Crypter } from "../secrets/passphrase";
import type { CommandContext } from "./command";
import type { FlagDefinition, Flags } from "./flags";

export const ANALYZE_FLAGS: FlagDefinition[] = [
  { name: "stack", short: "s", kind: "string", description: "the stack; default: the selected one" },
  {
    name: "file",
    kind: "string",
    description: "a state file, as `stack export` writes it, instead of a stack",
  },
  { name: "json", short: "j", kind: "boolean", description: "print events as JSON, one a line" },
  { name: "diff", kind: "boolean", description: "accepted; the output is the same" },
  { name: "policy-pack", kind: "list", description: "a policy pack; may be repeated" },
  {
    name: "policy-pack-config",
    kind: "list",
    description: "configuration file of the pack at the same place",
  },
];

/** Asks packs about a state that exists; nothing is run and nothing is changed. */
export async function analyzeCommand(flags: Flags, context: CommandContext): Promise<number> {
  const policyPacks = flags.list("policy-pack");
  const policyPackConfigs = flags.list("policy-pack-config");
  if (policyPacks.length === 0) throw new UserError("at least one --policy-pack path must be specified");
  if (flags.has("file") && flags.has("stack"))
    throw new UserError("--file and --stack cannot be used together");
  const { resources, name, project } = await load(flags, context);
  if (resources.length === 0) {
    context.writeError(
      `${flags.text("file") ? `File ${flags.text("file")}` : `Stack ${name}`} has no resources; nothing to analyze.`,
    );
    return 0;
  }
  const children = new Children(context.engineRoot);
  const log = new EngineServer((severity, message) => {
    if (severity !== "debug") context.writeError(message);
  });
  await log.listen();
  const packs = await loadPolicyPacks(
    children,
    { policyPacks, policyPackConfigs },
    {
      engineAddress: log.address,
      environment: context.workspace.environment,
      project,
      stack: name,
      dryRun: false,
      config: new Map(),
      tags: {},
      output: context.writeError,
    },
  ).finally(() => log.close());
  const report = new Report(flags.flag("json"), name, context.write);
  try {
    const live = resources.filter((state) => !state.delete);
    const byUrn = new Map(live.map((state) => [state.urn, state]));
    const inputs = live.map((state) => analyzed(state, byUrn, state.inputs));
    for (const resource of inputs) {
      for (const pack of packs.analyzers)
        for (const remediation of await pack.remediate(resource))
          if (remediation.diagnostic)
            report.violation(resource.urn, {
              ...remediation,
              message: remediation.diagnostic,
              enforcementLevel: "advisory",
              severity: "",
              urn: "",
            });
          else report.remediation(resource.urn, remediation);
      for (const pack of packs.analyzers)
        for (const violation of await pack.analyze(resource)) report.violation(resource.urn, violation);
    }
    const outputs = live.map((state) => analyzed(state, byUrn, state.outputs));
    for (const pack of packs.analyzers)
      for (const violation of await pack.analyzeStack(outputs))
        report.violation(byUrn.has(violation.urn) ? violation.urn : rootStackUrn(name, project), violation);
  } finally {
    packs.close();
    children.killAll();
  }
  report.finish(packs.versions);
  if (report.mandatory) throw new UserError("one or more mandatory policy violations were found");
  return 0;
}

async function load(
  flags: Flags,
  { workspace, writeError }: CommandContext,
): Promise<{ resources: ResourceState[]; name: string; project: string }> {
  const file = flags.text("file");
  let deployment: Deployment | undefined;
  let crypter: Crypter | undefined;
  if (file) {
    try {
      deployment = (JSON.parse(readFileSync(file, "utf8")) as { deployment?: Deployment }).deployment;
    } catch (error) {
      throw new UserError(`reading deployment from ${file}: ${(error as Error).message}`);
    }
    try {
      crypter = await workspace.stateCrypter(deployment?.secrets_providers);
    } catch {
      writeError(`warning: could not decrypt secrets in ${file}; analyzing with secret values redacted`);
      crypter = { encrypt: () => "", decrypt: () => JSON.stringify("[secret]") };
    }
  } else {
    deployment = workspace.backend().read(workspace.stack(flags.text("stack")));
    crypter = await workspace.stateCrypter(deployment?.secrets_providers);
  }
  const resources = (deployment?.resources ?? []).map((json) =>
    deserializeResource(json, () => {
      if (!crypter) throw new UserError("the state holds secrets but names no secrets provider");
      return crypter;
    }),
  );
  const first = resources[0] && parseUrn(resources[0].urn);
  return { resources, name: first?.stack ?? "unknown", project: first?.project ?? "unknown" };
}

function analyzed(
  state: ResourceState,
  byUrn: Map<string, ResourceState>,
  properties: ResourceState["inputs"],
): AnalyzedResource {
  return {
    urn: state.urn,
    type: state.type,
    name: nameOf(state.urn),
    properties,
    state,
    deleteBeforeReplace: undefined,
    provider: state.provider ? byUrn.get(parseReference(state.provider).urn) : undefined,
  };
}

class Report {
  mandatory = false;
  private sequence = 0;
  private readonly display: PlainDisplay;

  constructor(
    private readonly json: boolean,
    stack: string,
    private readonly write: (line: string) => void,
  ) {
    this.display = new PlainDisplay(
      {
        kind: "analyze",
        preview: false,
        stack,
        showSecrets: false,
        showSames: false,
        diff: false,
        suppressOutputs: true,
        suppressProgress: true,
      },
      write,
    );
  }

  violation(urn: string, violation: PolicyViolation): void {
    if (violation.enforcementLevel === "mandatory") this.mandatory = true;
    this.emit({
      type: "policy",
      urn,
      message: violation.message,
      policyName: violation.policyName,
      packName: violation.policyPackName,
      packVersion: violation.policyPackVersion,
      level: violation.enforcementLevel,
      severity: violation.severity,
    });
  }
  remediation(
    urn: string,
    {
      policyName,
      policyPackName,
      policyPackVersion,
    }: { policyName: string; policyPackName: string; policyPackVersion: string },
  ): void {
    this.emit({
      type: "policyRemediation",
      urn,
      policyName,
      packName: policyPackName,
      packVersion: policyPackVersion,
      before: {},
      after: {},
    });
  }
  private emit(event: EngineEvent): void {
    if (!this.json) {
      this.display.listen(event);
      return;
    }
    const line = eventJson(event, this.sequence++) as { policyEvent?: { color: string } };
    if (line.policyEvent) line.policyEvent.color = "";
    this.write(JSON.stringify(line));
  }
  finish(policyPacks: Record<string, string>): void {
    const result = this.mandatory ? "failed" : "succeeded";
    if (this.json)
      this.write(
        JSON.stringify({
          sequence: this.sequence,
          timestamp: Math.floor(Date.now() / 1000),
          summaryEvent: {
            maybeCorrupt: false,
            durationSeconds: 0,
            resourceChanges: {},
            PolicyPacks: policyPacks,
            isPreview: false,
            result,
          },
        }),
      );
    else this.display.finish();
  }
}
