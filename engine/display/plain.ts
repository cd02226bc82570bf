import { differences } from "../deploy/diff";
import { isDefaultProvider, nameOf, ROOT_STACK_TYPE, typeOf } from "../resource/urn";
import type { PropertyMap } from "../values/value";
import { type EngineEvent, masked, type StepMetadata } from "./events";
import { outputLines, summaryLines, symbolOf } from "./summary";

export interface DisplayOptions {
  /** "preview", "update", "refresh" or "destroy". */
  kind: string;
  preview: boolean;
  stack: string;
  showSecrets: boolean;
  showSames: boolean;
  /** Property changes of each resource (`--diff`). */
  diff: boolean;
  suppressOutputs: boolean;
  suppressProgress: boolean;
}

const TITLES: Record<string, [string, string]> = {
  update: ["Previewing update", "Updating"],
  refresh: ["Previewing refresh", "Refreshing"],
  destroy: ["Previewing destroy", "Destroying"],
};
const DOING: Record<string, string> = {
  create: "creating",
  update: "updating",
  delete: "deleting",
  replace: "replacing",
  "create-replacement": "creating replacement",
  "delete-replaced": "deleting original",
  read: "reading",
  "read-replacement": "reading for replacement",
  refresh: "refreshing",
  discard: "discarding",
  "discard-replaced": "discarding original",
  "remove-pending-replace": "completing replacement",
  import: "importing",
  "import-replacement": "importing replacement",
};
const DONE: Record<string, string> = {
  create: "created",
  update: "updated",
  delete: "deleted",
  replace: "replaced",
  "create-replacement": "created replacement",
  "delete-replaced": "deleted original",
  read: "read",
  "read-replacement": "read for replacement",
  refresh: "refreshed",
  discard: "discarded",
  "discard-replaced": "discarded original",
  import: "imported",
  "import-replacement": "imported replacement",
};
const PLANNED: Record<string, string> = {
  ...DOING,
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
};

interface Message {
  text: string;
  severity: string;
}

/** One line for every thing that happens, then diagnostics, outputs and the summary. */
export class PlainDisplay {
  protected readonly messages = new Map<string, Message[]>();
  protected readonly policies: Extract<EngineEvent, { type: "policy" }>[] = [];
  protected readonly remediations: Extract<EngineEvent, { type: "policyRemediation" }>[] = [];
  protected stackUrn = "";
  protected oldOutputs: PropertyMap = {};
  protected outputs: PropertyMap | undefined;
  private readonly failed = new Set<string>();
  private summary: Extract<EngineEvent, { type: "summary" }> | undefined;
  private readonly states = new Map<string, StepMetadata>();

  constructor(
    protected readonly options: DisplayOptions,
    protected readonly write: (line: string) => void,
  ) {}

  start(): void {
    const [planning, doing] = TITLES[this.options.kind] ?? ["Previewing", "Running"];
    this.write(`${this.options.preview ? planning : doing} (${this.options.stack}):`);
    this.write("");
  }

  readonly listen = (event: EngineEvent): void => {
    switch (event.type) {
      case "resourcePre":
        this.remember(event.metadata);
        if (!event.planning) this.line(event.metadata, DOING[event.metadata.op]);
        break;
      case "resOutputs":
        this.remember(event.metadata);
        if (event.planning) this.planned(event.metadata);
        else this.line(event.metadata, DONE[event.metadata.op]);
        break;
      case "resOpFailed":
        this.failed.add(event.metadata.urn);
        this.line(event.metadata, `${DOING[event.metadata.op] ?? event.metadata.op} failed`);
        break;
      case "diagnostic":
        this.diagnostic(event);
        break;
      case "policy":
        this.policies.push(event);
        break;
      case "policyRemediation":
        this.remediations.push(event);
        break;
      case "summary":
        this.summary = event;
        break;
      default:
        break;
    }
  };

  protected remember(metadata: StepMetadata): void {
    this.states.set(metadata.urn, metadata);
    if (metadata.type !== ROOT_STACK_TYPE) return;
    this.stackUrn = metadata.urn;
    if (metadata.old) this.oldOutputs = metadata.old.outputs;
    this.outputs = metadata.op === "delete" ? {} : (metadata.new?.outputs ?? this.outputs);
  }

  private readonly plannedOnce = new Set<string>();
  private planned(metadata: StepMetadata): void {
    const key = `${metadata.urn} ${metadata.op}`;
    if (this.plannedOnce.has(key)) return;
    this.plannedOnce.add(key);
    this.line(metadata, PLANNED[metadata.op] ?? metadata.op);
  }

  protected line(metadata: StepMetadata, what: string | undefined): void {
    const { op, urn } = metadata;
    if (isDefaultProvider(urn) || this.options.suppressProgress) return;
    if (op === "same" && !this.options.showSames && metadata.type !== ROOT_STACK_TYPE) return;
    if (op === "replace" && !this.options.preview) return;
    const changes = metadata.diffs?.length ? `[diff: ${this.marked(metadata)}]` : "";
    this.row(metadata, `${what ?? ""} ${changes}`.trimEnd());
    if (this.options.diff && op !== "same")
      for (const text of propertyLines(metadata, this.options.showSecrets)) this.write(text);
  }

  /** Shows how it stands with one resource. */
  protected row({ op, urn }: StepMetadata, status: string): void {
    this.write(` ${symbolOf(op).padEnd(2)} ${typeOf(urn)} ${nameOf(urn)} ${status}`.trimEnd());
  }

  private marked(metadata: StepMetadata): string {
    const kinds = new Map<string, string>();
    for (const [path, { kind }] of Object.entries(metadata.detailedDiff ?? {})) {
      const key = /^[^.[]+/.exec(path)?.[0] ?? path;
      const symbol =
        path !== key ? "~" : kind.startsWith("add") ? "+" : kind.startsWith("delete") ? "-" : "~";
      kinds.set(key, kinds.has(key) ? "~" : symbol);
    }
    return (metadata.diffs ?? []).map((key) => `${kinds.get(key) ?? "~"}${key}`).join(",");
  }

  protected diagnostic(event: Extract<EngineEvent, { type: "diagnostic" }>): void {
    if (event.ephemeral) return;
    const urn = event.urn || this.stackUrn;
    const text = (event.prefix + event.message).replace(/\n+$/, "");
    const list = this.messages.get(urn);
    if (list) list.push({ text, severity: event.severity });
    else this.messages.set(urn, [{ text, severity: event.severity }]);
    if (event.severity === "error" && event.urn) this.failed.add(event.urn);
    else if (event.severity === "error") this.failed.add(this.stackUrn);
  }

  /** Prints everything that is shown at the end. */
  finish(): void {
    this.diagnostics();
    this.policyBlock();
    if (!this.options.suppressOutputs && this.outputs && !this.suppressed()) {
      const lines = outputLines(
        this.oldOutputs,
        this.outputs,
        this.options.showSecrets,
        !this.options.preview || this.hasOutputChange(),
      );
      if (lines.length > 0) {
        this.write("Outputs:");
        for (const line of lines) this.write(line);
        this.write("");
      }
    }
    this.resourceBlock();
  }

  private hasOutputChange(): boolean {
    return outputLines(this.oldOutputs, this.outputs ?? {}, true, false).length > 0;
  }
  private suppressed(): boolean {
    return this.summary === undefined;
  }

  private diagnostics(): void {
    const shown = [...this.messages].filter(([, list]) => list.length > 0);
    if (shown.length === 0) return;
    this.write("");
    this.write("Diagnostics:");
    for (const [urn, list] of shown) {
      this.write(urn ? `  ${typeOf(urn)} (${nameOf(urn)}):` : "  pulumi:pulumi:Stack:");
      for (const { text } of list) for (const line of text.split("\n")) this.write(`    ${line}`.trimEnd());
      this.write("");
    }
  }

  private policyBlock(): void {
    const packs = new Map<string, { title: string; lines: string[] }>();
    const packOf = (name: string, version: string): string[] => {
      const title = version ? `${name}@v${version}` : name;
      let pack = packs.get(title);
      if (!pack) {
        pack = { title, lines: [] };
        packs.set(title, pack);
      }
      return pack.lines;
    };
    for (const { packName, packVersion, policyName, urn } of this.remediations)
      packOf(packName, packVersion).push(
        `        - [remediate]  ${policyName}  (${typeOf(urn)}: ${nameOf(urn)})`,
      );
    for (const { packName, packVersion, policyName, urn, level, message } of this.policies) {
      const lines = packOf(packName, packVersion);
      lines.push(`        - [${level}]  ${policyName}  (${typeOf(urn)}: ${nameOf(urn)})`);
      for (const line of message.trimEnd().split("\n")) lines.push(`          ${line}`);
    }
    if (packs.size === 0) return;
    this.write("Policies:");
    for (const { title, lines } of packs.values()) {
      const refused = this.policies.some((each) => each.level === "mandatory");
      this.write(`    ${refused ? "❌" : "✅"} ${title}`);
      for (const line of lines) this.write(line);
    }
    this.write("");
  }

  private resourceBlock(): void {
    const { summary } = this;
    // A mandatory violation is the result; counting what would have been done only distracts.
    if (!summary || this.policies.some(({ level }) => level === "mandatory")) return;
    const lines = summaryLines(summary.changes, this.options.preview, this.failed.size);
    if (lines.length > 0) {
      this.write("Resources:");
      for (const line of lines) this.write(`    ${line}`);
      this.write("");
    }
    if (!this.options.preview) this.write(`Duration: ${Math.max(1, Math.round(summary.seconds))}s`);
  }
}

/** Changed properties, one a line. */
function propertyLines(metadata: StepMetadata, showSecrets: boolean): string[] {
  const show = (properties: PropertyMap | undefined): PropertyMap =>
    showSecrets || !properties ? (properties ?? {}) : masked(properties);
  const old = show(metadata.old?.inputs);
  const now = show(metadata.new?.inputs);
  const lines: string[] = [];
  for (const key of [...new Set([...Object.keys(old), ...Object.keys(now)])].sort())
    for (const [path, kind] of differences(old[key], now[key], key)) {
      const symbol = kind === "add" ? "+" : kind === "delete" ? "-" : "~";
      const [before, after] = [JSON.stringify(at(old, path)), JSON.stringify(at(now, path))];
      lines.push(
        kind === "add"
          ? `      ${symbol} ${path}: ${after}`
          : kind === "delete"
            ? `      ${symbol} ${path}: ${before}`
            : `      ${symbol} ${path}: ${before} => ${after}`,
      );
    }
  return lines;
}

function at(properties: PropertyMap, path: string): unknown {
  let value: unknown = properties;
  for (const [, plain, quoted, index] of path.matchAll(/([^.[\]"]+)|\["([^"]*)"\]|\[(\d+)\]/g)) {
    const key = plain ?? quoted ?? index ?? "";
    value = (value as Record<string, unknown> | undefined)?.[key];
  }
  return value;
}
