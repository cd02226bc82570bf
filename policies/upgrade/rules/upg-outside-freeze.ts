import { resourceRule } from "../../frame/rule";
import { type Clock, localTime, systemClock } from "../calendar";
import { isEntered, UPGRADE } from "../facts";
import { elements } from "../relations";

export const outsideFreeze = (clock: Clock) =>
  resourceRule({
    name: "upg-outside-freeze",
    title: "No step of an upgrade is begun on days on which nothing may change.",
    severity: "high",
    level: "mandatory",
    controls: [{ framework: "PCI DSS", id: "6.5.1" }],
    remediation: "Wait until the freeze is over. Going back (staged, reverted) is allowed at any time.",
    // Proofs lie with the real state: a preview without it knows none, the update does.
    unknown: "wait",
    types: [UPGRADE],
    check({ props }, findings) {
      const { phase, change } = props;
      if (!["prepared", "migrated", "live", "complete"].includes(String(phase))) return;
      if (change?.freezes === undefined) return findings.report("No freezes are given.", "change.freezes");
      const { date } = localTime(clock(), String(change.timeZone));
      findings.each(elements(change.freezes), ({ from, to, reason }, index) => {
        // The proofs come last: where nothing is frozen, it does not matter that they may be unknown.
        if (from <= date && date <= to && !isEntered(props))
          findings.report(
            `${date} lies in the freeze ${from} to ${to} (${reason}).`,
            `change.freezes[${index}]`,
          );
      });
    },
  });

export const upgOutsideFreeze = outsideFreeze(systemClock);
