import { stackRule } from "../../frame/rule";
import { decidedOrder, upgradeIn } from "../facts";
import { deployments, isJob, jobsOf, releaseOf, replicasOf, stepOf, waitsFor } from "../relations";

export const upgRemovalOrdered = stackRule({
  name: "upg-removal-ordered",
  title: "The old data model is removed last: after the soak check, and when nothing runs on it any more.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation:
    "Let the Job contract depend on the Job soak and on the Deployments of the old release, and set these to 0 replicas.",
  // Proofs lie with the real state: a preview without it knows none, the update does.
  unknown: "wait",
  exemptible: false,
  check(resources, findings) {
    const facts = upgradeIn(resources);
    if (facts === undefined) return;
    const contracts = jobsOf(resources, "contract");
    if (contracts.length === 0) return;
    for (const job of contracts) {
      if (!waitsFor(job, (one) => isJob(one.type) && stepOf(one) === "soak") && decidedOrder(facts))
        findings.blame(job, "Removes the old data model without waiting for the soak check.");
    }
    findings.part(() => {
      if (facts.phase !== "complete")
        findings.report(
          `A Job removes the old data model in phase ${facts.phase}; complete is the only one.`,
        );
    });
    const old = deployments(resources).filter((one) => releaseOf(one) === facts.current);
    findings.each(old, (one) => {
      if (replicasOf(one) > 0)
        findings.blame(one, `${one.name} still runs on the data model that is removed.`, "spec.replicas");
      for (const job of contracts) {
        if (!waitsFor(job, ({ urn }) => urn === one.urn) && decidedOrder(facts))
          findings.blame(job, `Does not wait until ${one.name} has stopped.`);
      }
    });
  },
});
