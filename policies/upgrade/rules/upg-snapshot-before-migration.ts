import { stackRule } from "../../frame/rule";
import { decidedOrder, upgradeIn } from "../facts";
import { jobsOf, waitsFor } from "../relations";

const SNAPSHOTS = ["aws:rds/snapshot:Snapshot", "aws:rds/clusterSnapshot:ClusterSnapshot"];

export const upgSnapshotBeforeMigration = stackRule({
  name: "upg-snapshot-before-migration",
  title: "A snapshot stands before anything changes data for good.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "12.10.1" }],
  remediation:
    "Let the Job depend on the snapshot of this attempt (dependsOn), directly or through earlier steps.",
  // Proofs lie with the real state: a preview without it knows none, the update does.
  unknown: "wait",
  exemptible: false,
  check(resources, findings) {
    const facts = upgradeIn(resources);
    if (facts === undefined) return;
    const jobs = (["migrate", "contract"] as const).flatMap((step) =>
      jobsOf(resources, step).map((job) => ({ job, step })),
    );
    for (const { job, step } of jobs) {
      if (!waitsFor(job, ({ type }) => SNAPSHOTS.includes(type)) && decidedOrder(facts))
        findings.blame(job, `The Job of ${step} does not wait for a snapshot.`);
    }
    findings.part(() => {
      if (facts.phase === "migrated" && jobs.every(({ step }) => step !== "migrate"))
        findings.report("Phase migrated has no Job that migrates.");
    });
  },
});
