import { resourceRule } from "../../frame/rule";
import { type Clock, systemClock } from "../calendar";
import { faultOf, isEntered, UPGRADE } from "../facts";

export const removalAfterSoak = (clock: Clock) =>
  resourceRule({
    name: "upg-removal-after-soak",
    title: "The old release and its data model go only when the new one has served through the soak period.",
    severity: "critical",
    level: "mandatory",
    controls: [{ framework: "PCI DSS", id: "6.5.1" }],
    remediation: "Stay in live with all customers on the new release until the soak period is over.",
    // Proofs lie with the real state: a preview without it knows none, the update does.
    unknown: "wait",
    exemptible: false,
    configuration: {
      properties: {
        leadSeconds: {
          type: "integer",
          minimum: 0,
          default: 60,
          description: "Seconds an update takes until its soak check, which judges the period exactly.",
        },
      },
    },
    types: [UPGRADE],
    check({ props }, findings, { leadSeconds }) {
      if (props.phase !== "complete" || isEntered(props)) return;
      const fault = faultOf(props, "switched");
      if (fault !== undefined) return findings.report(fault, "proofs.switched");
      const soak = props.limits?.soak;
      if (typeof soak !== "number") return findings.report("Nothing says how long to soak.", "limits.soak");
      const served = Math.floor(
        (clock().getTime() - Date.parse(String(props.proofs.switched.finishedAt))) / 1000,
      );
      if (served + Number(leadSeconds) < soak)
        findings.report(
          `The new release has served ${served} s since the switch, ${soak} s are wanted.`,
          "proofs.switched.finishedAt",
        );
    },
  });

export const upgRemovalAfterSoak = removalAfterSoak(systemClock);
