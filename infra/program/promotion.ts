import * as pulumi from "@pulumi/pulumi";
import type { EvidenceDocument } from "../../components/evidence/document";
import type { Plan } from "../plan";
import {
  digestOfValue,
  type Flat,
  judgeProved,
  judgeRecord,
  type Proved,
  provedParameters,
  readInputs,
} from "../plan/promotion";
import { seconds } from "../units";
import type { Platform } from "./platform";
import type { Settings } from "./settings";

/** What another stack proved, the record that lets this one use it, and what is wrong with either. */
export interface Promotion {
  /** What the other stack says about itself; null where none is named. */
  readonly staging: pulumi.Output<object> | null;
  readonly record: pulumi.Output<object> | null;
  readonly problems: pulumi.Output<string[]>;
}

/** Phases that change customers' data or move customers: there production asks what was proved elsewhere. */
const ASKED: ReadonlySet<string> = new Set(["migrated", "live"]);

/** Reads what was proved elsewhere, and the record that promotes it (D11). */
export function createPromotion(settings: Settings, plan: Plan, platform: Platform): Promotion {
  const { parameters, manifests } = settings;
  const { staging: from, differences, approver, proofAge } = parameters.change;
  const { next } = plan;
  const production = parameters.environment === "production";
  // The packs say so when production names no stack.
  if (next === undefined || from === undefined)
    return { staging: null, record: null, problems: pulumi.output([]) };
  const other = new pulumi.StackReference("staging", { name: from });
  const outputs = pulumi.all([
    other.getOutput("releases"),
    other.getOutput("images"),
    other.getOutput("steps"),
    other.getOutput("parameters"),
  ]);
  const found = platform.evidence.earlier("promotion", next, plan.attempt) as pulumi.Output<
    EvidenceDocument | string | undefined
  >;
  const wanted = {
    release: next,
    images: imagesOf(manifests[next]?.images ?? {}),
    parameters: provedParameters(parameters),
    differences,
    proofAge: seconds(proofAge),
    approver,
  };
  const problems = pulumi.all([outputs, found]).apply(([[releases, images, steps, flat], record]) => {
    const proved: Proved = {
      release: releases?.next,
      images: images?.[next],
      parameters: flat as Flat | undefined,
      steps: steps ?? {},
    };
    const now = new Date();
    const written = typeof record === "object" ? { ...record, inputs: readInputs(record.inputs) } : undefined;
    return typeof record === "string"
      ? [`The promotion record cannot be used: ${record}. Way out: order-upgrade promote writes a new one.`]
      : [...judgeProved(proved, wanted, from, now), ...judgeRecord(written, proved, wanted, from, now)];
  });
  return {
    staging: outputs.apply(([releases, images, steps, flat]) => ({
      stack: from,
      releases,
      images,
      steps,
      parameters: flat === undefined ? null : digestOfValue(flat),
    })),
    record: found.apply((record) =>
      typeof record === "object"
        ? {
            verdict: record.verdict,
            digest: record.digest,
            finishedAt: record.finishedAt,
            ...readInputs(record.inputs),
            wanted: { images: digestOfValue(wanted.images), parameters: digestOfValue(wanted.parameters) },
          }
        : {},
    ),
    problems: production && ASKED.has(plan.phase) ? problems : pulumi.output([]),
  };
}

const imagesOf = (images: Readonly<Record<string, { readonly reference: string }>>): Record<string, string> =>
  Object.fromEntries(Object.entries(images).map(([name, { reference }]) => [name, reference]));
