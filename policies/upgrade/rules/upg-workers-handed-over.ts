import type { PolicyResource } from "@pulumi/policy";
import { stackRule } from "../../frame/rule";
import { decidedOrder, upgradeIn } from "../facts";
import { deployments, isJob, releaseOf, replicasOf, roleOf, stepOf, waitsFor } from "../relations";

const isDrain = (resource: PolicyResource): boolean => isJob(resource.type) && stepOf(resource) === "drain";

export const upgWorkersHandedOver = stackRule({
  name: "upg-workers-handed-over",
  title: "Workers of one release begin when those of the other have stopped and nothing is in flight.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation:
    "Stop the one release's workers, let a Job drain depend on them, and the other's workers on that Job.",
  // Proofs lie with the real state: a preview without it knows none, the update does.
  unknown: "wait",
  exemptible: false,
  check(resources, findings) {
    const facts = upgradeIn(resources);
    if (facts === undefined || typeof facts.next !== "string") return;
    const { phase } = facts;
    const workers = deployments(resources).filter((one) => roleOf(one) === "worker");
    const on = workers.filter((one) => replicasOf(one) > 0);
    const off = workers.filter((one) => replicasOf(one) === 0);
    const releases = new Set(on.map(releaseOf));
    if (releases.size > 1)
      return findings.report(`Workers of ${[...releases].join(" and ")} would do the same work at once.`);
    if (phase !== "live" && phase !== "staged" && phase !== "reverted") return;
    for (const worker of on) {
      const handed = (stopped: PolicyResource): boolean =>
        waitsFor(worker, (one) => isDrain(one) && waitsFor(one, ({ urn }) => urn === stopped.urn));
      const early = off.filter((stopped) => releaseOf(stopped) !== releaseOf(worker) && !handed(stopped));
      if (early.length > 0 && decidedOrder(facts))
        findings.blame(
          worker,
          `Begins before ${early.map(({ name }) => name).join(", ")} handed over what was in flight.`,
        );
    }
  },
});
