import { resourceRule } from "../../frame/rule";
import { type Clock, systemClock } from "../calendar";
import { faultOf, judgedAt, UPGRADE } from "../facts";

const STEPS = ["backup", "restore-check"] as const;

export const restoreCheckPassed = (clock: Clock) =>
  resourceRule({
    name: "upg-restore-check-passed",
    title: "Data changes and traffic switches only after a backup that was restored and compared.",
    severity: "critical",
    level: "mandatory",
    controls: [
      { framework: "PCI DSS", id: "6.5.1" },
      { framework: "PCI DSS", id: "12.10.1" },
    ],
    remediation: "Raise attempt and turn the dial to prepared: it takes a backup, restores it and compares.",
    // Proofs lie with the real state: a preview without it knows none, the update does.
    unknown: "wait",
    exemptible: false,
    types: [UPGRADE],
    check({ props }, findings) {
      if (!["migrated", "staged", "live"].includes(String(props.phase))) return;
      for (const step of STEPS)
        findings.part(() => {
          const fresh =
            props.phase === "live"
              ? { seconds: props.limits?.backup, at: judgedAt(props, clock()) }
              : undefined;
          const fault = faultOf(props, step, fresh);
          if (fault !== undefined) findings.report(fault, `proofs.${step}`);
        });
    },
  });

export const upgRestoreCheckPassed = restoreCheckPassed(systemClock);
