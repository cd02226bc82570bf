import type { Severity } from "../deploy/observer";
import { serializeResource } from "../resource/deployment-format";
import type { ResourceState } from "../resource/state";
import { isDefaultProvider, ROOT_STACK_TYPE } from "../resource/urn";
import { type EngineEvent, masked, type StepMetadata } from "./events";

interface Digest {
  config?: Record<string, string>;
  steps: object[];
  diagnostics: { urn?: string; message: string; severity: Severity }[];
  duration: number;
  changeSummary: Record<string, number>;
}

const pretty = (state: ResourceState | undefined): object | undefined =>
  state &&
  serializeResource(
    { ...state, inputs: masked(state.inputs), outputs: masked(state.outputs) },
    { show: true },
  );

function stepJson(metadata: StepMetadata): object {
  return {
    op: metadata.op,
    urn: metadata.urn,
    ...(metadata.provider && { provider: metadata.provider }),
    ...(metadata.old && { oldState: pretty(metadata.old) }),
    ...(metadata.new && { newState: pretty(metadata.new) }),
    ...(metadata.diffs?.length && { diffReasons: metadata.diffs }),
    ...(metadata.keys?.length && { replaceReasons: metadata.keys }),
    detailedDiff: metadata.detailedDiff ?? null,
  };
}

/** Collects a preview into one JSON document, as `preview --json` prints it. */
export class PreviewDigest {
  private readonly digest: Digest = { steps: [], diagnostics: [], duration: 0, changeSummary: {} };
  private readonly seen = new Map<string, { op: string; index: number }>();

  constructor(private readonly options: { showSames: boolean; suppressOutputs: boolean }) {}

  readonly listen = (event: EngineEvent): void => {
    switch (event.type) {
      case "prelude":
        this.digest.config = event.config;
        break;
      case "diagnostic":
        if (event.ephemeral || event.severity === "debug") break;
        this.digest.diagnostics.push({
          ...(event.urn && { urn: event.urn }),
          message: event.prefix + event.message,
          severity: event.severity,
        });
        break;
      case "resourcePre":
        if (!this.shown(event.metadata)) break;
        this.seen.set(event.metadata.urn, { op: event.metadata.op, index: this.digest.steps.length });
        this.digest.steps.push(stepJson(event.metadata));
        break;
      case "resOutputs": {
        const before = this.seen.get(event.metadata.urn);
        const { op, detailedDiff } = event.metadata;
        if (before?.op === "refresh" && ((op === "update" && detailedDiff) || op === "delete"))
          this.digest.steps[before.index] = stepJson(event.metadata);
        break;
      }
      case "summary":
        this.digest.duration = Math.round(event.seconds * 1e9);
        this.digest.changeSummary = event.changes;
        break;
      default:
        break;
    }
  };

  private shown({ op, type, logical, old, new: state }: StepMetadata): boolean {
    if (type === ROOT_STACK_TYPE) return true;
    const urn = (state ?? old)?.urn;
    if (urn && isDefaultProvider(urn)) return false;
    if (op === "same") return this.options.showSames;
    return logical || op === "refresh";
  }

  toString(): string {
    const { config, steps, diagnostics, duration, changeSummary } = this.digest;
    return JSON.stringify(
      {
        ...(config && Object.keys(config).length > 0 && { config }),
        ...(steps.length > 0 && { steps }),
        ...(diagnostics.length > 0 && { diagnostics }),
        ...(duration > 0 && { duration }),
        ...(Object.keys(changeSummary).length > 0 && { changeSummary }),
      },
      null,
      4,
    );
  }
}
