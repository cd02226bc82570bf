import { resourceRule } from "../../frame/rule";
import { type Clock, systemClock } from "../calendar";
import { UPGRADE } from "../facts";

const DAY = 86_400_000;

export const imageFindings = (clock: Clock) =>
  resourceRule({
    name: "upg-image-findings",
    title: "The images of the release being introduced were scanned lately and are within the limits.",
    severity: "high",
    level: "mandatory",
    controls: [{ framework: "PCI DSS", id: "6.3.3" }],
    remediation:
      "Scan the images again, repair what was found, and publish the release with the new results.",
    types: [UPGRADE],
    check({ props }, findings) {
      const { phase, next } = props;
      // Going back and ending an upgrade must stay possible whatever a scanner finds meanwhile.
      if (typeof next !== "string" || !["prepared", "migrated", "staged", "live"].includes(String(phase)))
        return;
      const scans = props.findings?.[next];
      if (scans === undefined)
        return findings.report(`Nothing is known about the images of ${next}.`, "findings");
      for (const image of Object.keys(scans)) {
        const path = `findings.${next}.${image}`;
        for (const level of ["critical", "high"] as const)
          findings.part(() => {
            const [count, limit] = [scans[image]?.[level], props.findingsAllowed?.[level]];
            if (typeof count !== "number" || typeof limit !== "number" || count > limit)
              findings.report(
                `${count ?? "Unknown"} ${level} findings, at most ${limit ?? 0} are allowed.`,
                path,
              );
          });
        findings.part(() => {
          const age = (clock().getTime() - Date.parse(String(scans[image]?.scannedOn))) / DAY;
          const longest = Number(props.limits?.scan) / 86_400;
          if (!(age <= longest + 1))
            findings.report(`Scanned ${Math.floor(age)} days ago, at most ${longest} are allowed.`, path);
        });
      }
    },
  });

export const upgImageFindings = imageFindings(systemClock);
