import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../plan";
import type { StepOutput } from "./proofs";
import type { Settings } from "./settings";

/**
 * The upgrade as one resource without substance: what policy packs read to judge whether a step is safe. Its inputs are
 * the position of the dial, who approved the change and when it may happen, and the proofs that earlier updates left.
 */
export class Upgrade extends pulumi.ComponentResource {
  static readonly __pulumiType = "order-upgrade:upgrade:Upgrade";

  constructor(settings: Settings, plan: Plan, proofs: pulumi.Output<Record<string, StepOutput>>) {
    const { environment, change, confirm, backup, verification, soak, edge } = settings.parameters;
    super(Upgrade.__pulumiType, "upgrade", {
      environment,
      phase: plan.phase,
      strategy: plan.strategy,
      attempt: plan.attempt,
      current: plan.current,
      next: plan.next ?? null,
      weight: plan.phase === "live" ? edge.weight : null,
      page: plan.page,
      confirm,
      change,
      limits: { backup: backup.freshness, verification: verification.freshness, soak: soak.period },
      irreversible: settings.manifests[plan.next ?? plan.current]?.irreversible ?? [],
      images: Object.fromEntries(
        Object.entries(settings.manifests).map(([version, manifest]) => [
          version,
          Object.fromEntries(Object.entries(manifest.images).map(([name, image]) => [name, image.reference])),
        ]),
      ),
      proofs,
    });
    this.registerOutputs({});
  }
}
