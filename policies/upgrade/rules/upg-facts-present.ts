import { stackRule } from "../../frame/rule";
import { UPGRADE } from "../facts";

const NEEDED = [
  "environment",
  "phase",
  "strategy",
  "attempt",
  "current",
  "change",
  "limits",
  "images",
  "proofs",
];
const PHASES = ["steady", "prepared", "migrated", "staged", "live", "complete", "reverted"];

export const upgFactsPresent = stackRule({
  name: "upg-facts-present",
  title: "The program says once where the dial stands, so that the other rules have something to judge.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation: `Register one ${UPGRADE} with all its inputs, and do not set PULUMI_NODEJS_SKIP_COMPONENT_INPUTS.`,
  exemptible: false,
  check(resources, findings) {
    const found = resources.filter(({ type }) => type === UPGRADE);
    if (found.length !== 1)
      return findings.report(
        found.length === 0
          ? "Nothing says where the dial stands."
          : `${found.length} resources say where the dial stands.`,
      );
    const [upgrade] = found;
    if (upgrade === undefined) return;
    const missing = NEEDED.filter((key) => !(key in upgrade.props));
    if (missing.length > 0) findings.blame(upgrade, `Facts are missing: ${missing.join(", ")}.`);
    findings.part(() => {
      const phase = upgrade.props.phase as unknown;
      if ("phase" in upgrade.props && !PHASES.includes(String(phase)))
        findings.blame(upgrade, `Phase "${phase}" is none of ${PHASES.join(", ")}.`, "phase");
    });
    findings.part(() => {
      const { phase, next } = upgrade.props;
      if (phase !== "steady" && PHASES.includes(String(phase)) && typeof next !== "string")
        findings.blame(upgrade, `Phase ${phase} names no next release.`, "next");
    });
  },
});
