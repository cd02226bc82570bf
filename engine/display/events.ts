import type { Severity } from "../deploy/observer";
import type { Step, StepOp } from "../deploy/step";
import type { ResourceState } from "../resource/state";
import { isObject, mapProperties, type PropertyMap, SECRET, SIGNATURE } from "../values/value";

/** What one operation tells the world, in the order it happens. `metadata` is shared with listeners: do not change it. */
export type EngineEvent =
  | { type: "prelude"; config: Record<string, string>; preview: boolean }
  | { type: "resourcePre"; metadata: StepMetadata; planning: boolean }
  | { type: "resOutputs"; metadata: StepMetadata; planning: boolean }
  | { type: "resOpFailed"; metadata: StepMetadata; error: Error; steps: number }
  | {
      type: "diagnostic";
      urn: string;
      severity: Severity;
      prefix: string;
      message: string;
      ephemeral: boolean;
    }
  | {
      type: "policy";
      urn: string;
      message: string;
      policyName: string;
      packName: string;
      packVersion: string;
      level: string;
      severity: string;
    }
  | {
      type: "policyRemediation";
      urn: string;
      policyName: string;
      packName: string;
      packVersion: string;
      before: PropertyMap;
      after: PropertyMap;
    }
  | { type: "policyLoad" }
  | {
      type: "summary";
      preview: boolean;
      seconds: number;
      changes: Record<string, number>;
      policyPacks: Record<string, string>;
      result: string;
    }
  | { type: "cancel" };

export interface StepMetadata {
  op: StepOp;
  urn: string;
  type: string;
  old: ResourceState | undefined;
  new: ResourceState | undefined;
  keys: readonly string[] | undefined;
  diffs: readonly string[] | undefined;
  detailedDiff: Step["detailedDiff"];
  logical: boolean;
  provider: string;
  custom: boolean;
}

/** A picture of a step at this moment: states change while it runs. */
export function metadataOf(step: Step, op: StepOp = step.op): StepMetadata {
  return {
    op,
    urn: step.urn,
    type: step.type,
    old: step.old && { ...step.old },
    new: step.next && { ...step.next },
    keys: step.keys,
    diffs: step.diffs,
    detailedDiff: step.detailedDiff,
    logical: step.logical,
    provider: step.provider,
    custom: step.res.custom,
  };
}

export type Listener = (event: EngineEvent) => void;

/** Secrets become a marker with the text "[secret]" inside. */
export function blinded(properties: PropertyMap): PropertyMap {
  return mapProperties(properties, (value, signature) =>
    signature === SECRET && isObject(value) ? { [SIGNATURE]: SECRET, ciphertext: "[secret]" } : value,
  );
}

/** Secrets become the text "[secret]". */
export function masked(properties: PropertyMap): PropertyMap {
  return mapProperties(properties, (value, signature) => (signature === SECRET ? "[secret]" : value));
}

const filled = <T>(list: readonly T[] | undefined): readonly T[] | undefined =>
  list?.length ? list : undefined;

function stateJson(state: ResourceState | undefined): object | undefined {
  if (!state) return undefined;
  return {
    urn: state.urn,
    type: state.type,
    ...(state.custom && { custom: true }),
    ...(state.delete && { delete: true }),
    id: state.id,
    parent: state.parent,
    ...(state.protect && { protect: true }),
    ...(state.taint && { taint: true }),
    ...(state.external && { external: true }),
    ...(state.retainOnDelete && { retainOnDelete: true }),
    inputs: blinded(state.inputs),
    outputs: blinded(state.outputs),
    provider: state.provider,
    ...(state.initErrors.length > 0 && { initErrors: state.initErrors }),
  };
}

function metadataJson(metadata: StepMetadata): object {
  return {
    op: metadata.op,
    urn: metadata.urn,
    type: metadata.type,
    old: stateJson(metadata.old) ?? null,
    new: stateJson(metadata.new) ?? null,
    ...(filled(metadata.keys) && { keys: metadata.keys }),
    ...(filled(metadata.diffs) && { diffs: metadata.diffs }),
    detailedDiff: metadata.detailedDiff
      ? Object.fromEntries(
          Object.entries(metadata.detailedDiff).map(([path, { kind, inputDiff }]) => [
            path,
            { diffKind: kind, inputDiff },
          ]),
        )
      : null,
    ...(metadata.logical && { logical: true }),
    provider: metadata.provider,
  };
}

/** An event in the published JSON form (`--event-log`, Automation API). */
export function eventJson(event: EngineEvent, sequence: number): object {
  const base = { sequence, timestamp: Math.floor(Date.now() / 1000) };
  switch (event.type) {
    case "prelude":
      return { ...base, preludeEvent: { config: event.config } };
    case "resourcePre":
      return {
        ...base,
        resourcePreEvent: {
          metadata: metadataJson(event.metadata),
          ...(event.planning && { planning: true }),
        },
      };
    case "resOutputs":
      return {
        ...base,
        resOutputsEvent: {
          metadata: metadataJson(event.metadata),
          ...(event.planning && { planning: true }),
        },
      };
    case "resOpFailed":
      return {
        ...base,
        resOpFailedEvent: { metadata: metadataJson(event.metadata), status: 0, steps: event.steps },
      };
    case "diagnostic":
      return {
        ...base,
        diagnosticEvent: {
          ...(event.urn && { urn: event.urn }),
          prefix: event.prefix,
          message: event.message,
          color: "raw",
          severity: event.severity,
          ...(event.ephemeral && { ephemeral: true }),
        },
      };
    case "policy":
      return {
        ...base,
        policyEvent: {
          resourceUrn: event.urn,
          message: event.message,
          color: "raw",
          policyName: event.policyName,
          policyPackName: event.packName,
          policyPackVersion: event.packVersion,
          policyPackVersionTag: event.packVersion,
          enforcementLevel: event.level,
          ...(event.severity && { severity: event.severity }),
        },
      };
    case "policyRemediation":
      return {
        ...base,
        policyRemediationEvent: {
          resourceUrn: event.urn,
          color: "raw",
          policyName: event.policyName,
          policyPackName: event.packName,
          policyPackVersion: event.packVersion,
          policyPackVersionTag: event.packVersion,
          before: blinded(event.before),
          after: blinded(event.after),
        },
      };
    case "policyLoad":
      return { ...base, policyLoadEvent: {} };
    case "summary":
      return {
        ...base,
        summaryEvent: {
          maybeCorrupt: false,
          durationSeconds: Math.ceil(event.seconds),
          resourceChanges: event.changes,
          PolicyPacks: event.policyPacks,
          isPreview: event.preview,
          result: event.result,
        },
      };
    case "cancel":
      return { ...base, cancelEvent: {} };
  }
}
