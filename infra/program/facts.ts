import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../../releases/manifest";
import type { Plan } from "../plan";
import { seconds } from "../units";
import type { StepOutput } from "./proofs";
import type { Settings } from "./settings";

/**
 * The upgrade as one resource without substance: what policy packs read to judge whether a step is safe. Its inputs are
 * the position of the dial, who makes and who approved the change and when it may happen, what the releases say about
 * themselves, and the proofs that earlier updates left.
 */
export class Upgrade extends pulumi.ComponentResource {
  static readonly __pulumiType = "order-upgrade:upgrade:Upgrade";

  constructor(settings: Settings, plan: Plan, proofs: pulumi.Output<Record<string, StepOutput>>) {
    const facts = factsOf(settings, plan, proofs);
    super(Upgrade.__pulumiType, "upgrade", facts);
    // Rules about relations see outputs, rules about one resource see inputs: both find the same.
    this.registerOutputs(facts);
  }
}

function factsOf(settings: Settings, plan: Plan, proofs: pulumi.Output<Record<string, StepOutput>>) {
  const { parameters, manifests } = settings;
  const { environment, change, confirm, backup, verification, soak, edge } = parameters;
  return {
    environment,
    phase: plan.phase,
    strategy: plan.strategy,
    attempt: plan.attempt,
    current: plan.current,
    next: plan.next ?? null,
    weight: plan.phase === "live" ? edge.weight : null,
    page: plan.page,
    previewHost: edge.previewHost,
    confirm,
    change,
    /** Who makes the change: the session of the identity in use. */
    operator: aws.getCallerIdentityOutput().apply(({ arn }) => arn?.split("/").at(-1) ?? null),
    /** Seconds. */
    limits: {
      backup: seconds(backup.freshness),
      verification: seconds(verification.freshness),
      soak: seconds(soak.period),
      scan: seconds(verification.findings.maximumAge),
    },
    findingsAllowed: { critical: verification.findings.critical, high: verification.findings.high },
    irreversible: manifests[plan.next ?? plan.current]?.irreversible ?? [],
    images: eachManifest(manifests, ({ images }) => references(images)),
    tools: eachManifest(manifests, ({ tools }) => references(tools)),
    findings: eachManifest(manifests, ({ images, tools }) =>
      Object.fromEntries(
        Object.entries({ ...images, ...tools }).map(([name, { findings }]) => [name, findings]),
      ),
    ),
    dataModels: eachManifest(manifests, ({ dataModel }) => dataModel),
    staging: plan.next === undefined ? null : provedElsewhere(change.staging),
    proofs,
  };
}

const eachManifest = <T>(
  manifests: Settings["manifests"],
  read: (manifest: Manifest) => T,
): Record<string, T> =>
  Object.fromEntries(Object.entries(manifests).map(([version, manifest]) => [version, read(manifest)]));

const references = (images: Manifest["images"]): Record<string, string> =>
  Object.fromEntries(Object.entries(images).map(([name, image]) => [name, image.reference]));

/** What another stack proved about its own upgrade (docs/contracts.md, 6). */
function provedElsewhere(stack: string | undefined) {
  if (stack === undefined) return null;
  const other = new pulumi.StackReference("staging", { name: stack });
  return {
    stack,
    releases: other.getOutput("releases"),
    images: other.getOutput("images"),
    steps: other.getOutput("steps"),
  };
}
