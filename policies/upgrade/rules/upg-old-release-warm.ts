import { stackRule } from "../../frame/rule";
import { upgradeIn } from "../facts";
import { deployments, releaseOf, replicasOf, roleOf } from "../relations";

export const upgOldReleaseWarm = stackRule({
  name: "upg-old-release-warm",
  title: "While the new release is live, the old one stays up and can take customers back at once.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation: "Keep every service of the old release at its replicas until the dial stands at complete.",
  check(resources, findings) {
    const facts = upgradeIn(resources);
    if (facts?.phase !== "live" || facts.strategy !== "blue-green") return;
    const old = deployments(resources).filter(
      (one) => releaseOf(one) === facts.current && roleOf(one) === "service",
    );
    if (old.length === 0) return findings.report(`No service of ${facts.current} is left to go back to.`);
    findings.each(old, (one) => {
      if (replicasOf(one) < 1)
        findings.blame(one, `${one.name} of the old release is down.`, "spec.replicas");
    });
  },
});
