import { resourceRule } from "../../frame/rule";
import { type Clock, systemClock } from "../calendar";
import { faultOf, judgedAt, UPGRADE } from "../facts";

export const trafficVerified = (clock: Clock) =>
  resourceRule({
    name: "upg-traffic-verified",
    title: "Customers reach a release only when its migration and a fresh verification passed.",
    severity: "critical",
    level: "mandatory",
    controls: [{ framework: "PCI DSS", id: "6.5.1" }],
    remediation: "Turn the dial back to staged: it verifies the release again. Then go live.",
    // Proofs lie with the real state: a preview without it knows none, the update does.
    unknown: "wait",
    exemptible: false,
    types: [UPGRADE],
    check({ props }, findings) {
      const { phase } = props;
      if (phase !== "live" && phase !== "complete") return;
      findings.part(() => {
        const fault = faultOf(props, "migrate");
        if (fault !== undefined) findings.report(fault, "proofs.migrate");
      });
      findings.part(() => {
        const fresh =
          phase === "live"
            ? { seconds: props.limits?.verification, at: judgedAt(props, clock()) }
            : undefined;
        const fault = faultOf(props, "verify", fresh);
        if (fault !== undefined) findings.report(fault, "proofs.verify");
      });
      findings.part(() => {
        const { weight } = props;
        if (phase === "live" && !(typeof weight === "number" && weight >= 0 && weight <= 100))
          findings.report("Nothing says which share of customers goes to the new release.", "weight");
      });
    },
  });

export const upgTrafficVerified = trafficVerified(systemClock);
