import { resourceRule } from "../../frame/rule";
import { type Clock, isOpen, localTime, systemClock, type Window } from "../calendar";
import { isEntered, UPGRADE } from "../facts";
import { elements } from "../relations";

export const insideChangeWindow = (clock: Clock) =>
  resourceRule({
    name: "upg-inside-change-window",
    title: "Steps that customers could notice are begun inside a change window.",
    severity: "high",
    level: "mandatory",
    controls: [{ framework: "PCI DSS", id: "6.5.1" }],
    remediation:
      "Wait for the next window in change.windows. Going back (staged, reverted) is allowed at any time.",
    // Proofs lie with the real state: a preview without it knows none, the update does.
    unknown: "wait",
    types: [UPGRADE],
    check({ props }, findings) {
      const { phase, strategy, change } = props;
      const noticed = ["live", "complete", ...(strategy === "maintenance" ? ["migrated"] : [])];
      if (!noticed.includes(String(phase))) return;
      if (change?.windows === undefined)
        return findings.report("No change windows are given.", "change.windows");
      const windows = elements<Window>(change.windows);
      if (windows.length === 0) return;
      const now = localTime(clock(), String(change.timeZone));
      const open = windows.some(({ days, from, to }) =>
        isOpen({ days: elements<string>(days), from, to }, now),
      );
      // The proofs come last: while a window is open, it does not matter that they may be unknown.
      if (!open && !isEntered(props))
        findings.report(
          `It is ${now.day} ${now.time} (${change.timeZone}); windows are ${windows
            .map(({ days, from, to }) => `${elements<string>(days).join(" ")} ${from}–${to}`)
            .join(", ")}.`,
          "change.windows",
        );
    },
  });

export const upgInsideChangeWindow = insideChangeWindow(systemClock);
