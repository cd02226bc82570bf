import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../plan";
import { provedParameters } from "../plan/promotion";
import type { Data } from "./data";
import type { Edge } from "./edge";
import type { Platform } from "./platform";
import type { StepOutput } from "./proofs";
import type { Settings } from "./settings";

/** What the stack tells the command line and other stacks (docs/contracts.md, 6). */
export function describeStack(
  { manifests, parameters }: Settings,
  plan: Plan,
  platform: Platform,
  { database }: Data,
  edge: Edge,
  steps: pulumi.Output<Record<string, StepOutput>>,
  documents: pulumi.Output<Record<string, string>>,
) {
  return {
    phase: plan.phase,
    strategy: plan.strategy,
    attempt: plan.attempt,
    releases: { current: plan.current, next: plan.next ?? null },
    weights: plan.weights,
    images: Object.fromEntries(
      Object.entries(manifests).map(([version, { images }]) => [
        version,
        Object.fromEntries(Object.entries(images).map(([name, { reference }]) => [name, reference])),
      ]),
    ),
    address: edge.publicUrl,
    previewAddress: edge.previewUrl,
    loadBalancer: edge.loadBalancer.dnsName,
    namespace: platform.namespace,
    database: {
      identifier: database.identifier,
      address: database.address,
      port: database.port,
      name: database.databaseName,
    },
    evidence: {
      bucket: platform.evidence.bucket.bucket,
      prefix: platform.evidence.prefixOf(plan.next ?? plan.current, plan.attempt),
    },
    backups: { bucket: platform.backups.bucket },
    steps,
    documents,
    parameters: provedParameters(parameters),
  };
}
