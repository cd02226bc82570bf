import { readFileSync } from "node:fs";
import path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../../releases/manifest";
import type { Plan } from "../plan";
import { type Freeze, readCalendar } from "../plan/calendar";
import { seconds } from "../units";
import type { Promotion } from "./promotion";
import type { StepOutput } from "./proofs";
import type { Settings } from "./settings";

/**
 * The upgrade as one resource without substance: what policy packs read to judge whether a step is safe. Its inputs are
 * the position of the dial, who makes and who approved the change and when it may happen, what the releases say about
 * themselves, and the proofs that earlier updates left.
 */
export class Upgrade extends pulumi.ComponentResource {
  static readonly __pulumiType = "order-upgrade:upgrade:Upgrade";

  constructor(
    settings: Settings,
    plan: Plan,
    proofs: pulumi.Output<Record<string, StepOutput>>,
    promotion: Promotion,
  ) {
    const facts = factsOf(settings, plan, proofs, promotion);
    super(Upgrade.__pulumiType, "upgrade", facts);
    // Rules about relations see outputs, rules about one resource see inputs: both find the same.
    this.registerOutputs(facts);
  }
}

function factsOf(
  settings: Settings,
  plan: Plan,
  proofs: pulumi.Output<Record<string, StepOutput>>,
  promotion: Promotion,
) {
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
    change: { ...change, freezes: freezesOf(settings) },
    /** Who makes the change: the session of the identity in use. */
    operator: aws.getCallerIdentityOutput().apply(({ arn }) => arn?.split("/").at(-1) ?? null),
    /** Seconds. */
    limits: {
      backup: seconds(backup.freshness),
      verification: seconds(verification.freshness),
      soak: seconds(soak.period),
      scan: seconds(verification.findings.maximumAge),
      promotion: seconds(change.proofAge),
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
    staging: promotion.staging,
    promotion: promotion.record,
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

/** Freezes of the stack and of its calendar file. */
function freezesOf({ parameters, root }: Settings): readonly Freeze[] {
  const { calendar, freezes, timeZone } = parameters.change;
  if (calendar === undefined) return freezes;
  try {
    return [...freezes, ...readCalendar(readFileSync(path.resolve(root, calendar), "utf8"), timeZone)];
  } catch (problem) {
    throw new pulumi.RunError(`change.calendar: ${calendar}: ${(problem as Error).message}`);
  }
}
