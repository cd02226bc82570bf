import { type Properties, resourceRule } from "../../frame/rule";
import { isEntered, isProduction, UPGRADE } from "../facts";

const STEPS = ["restore-check", "migrate", "verify", "switched"] as const;

export const upgProvenInStaging = resourceRule({
  name: "upg-proven-in-staging",
  title: "Production changes its data only for a release that staging went live with, byte for byte.",
  severity: "critical",
  level: "mandatory",
  controls: [
    { framework: "PCI DSS", id: "6.5.1" },
    { framework: "PCI DSS", id: "6.5.3" },
  ],
  remediation:
    "Take staging to live with the same release, leave it there or at complete, and name it in change.staging.",
  types: [UPGRADE],
  check({ props }, findings) {
    const { phase, next, staging } = props;
    if (!isProduction(props) || typeof next !== "string") return;
    // Proofs are asked for on the way in; going back and finishing must not hang on another stack.
    if (!["migrated", "live"].includes(String(phase)) || isEntered(props)) return;
    if (staging === undefined || staging === null)
      return findings.report("No stack is named that proved the release.", "change.staging");
    findings.part(() => {
      const release = staging.releases?.next;
      if (release !== next)
        findings.report(`Staging proved ${release ?? "no release"}, not ${next}.`, "staging.releases");
    });
    findings.part(() => {
      const [there, here] = [staging.images?.[next], props.images?.[next]] as (Properties | undefined)[];
      const names = here === undefined ? [] : Object.keys(here);
      const other = names.filter((name) => there?.[name] !== here?.[name]);
      if (names.length === 0 || other.length > 0)
        findings.report(
          `Staging proved other images: ${other.join(", ") || "none are named"}.`,
          "staging.images",
        );
    });
    for (const step of STEPS)
      findings.part(() => {
        const verdict = staging.steps?.[step]?.verdict;
        if (verdict !== "passed")
          findings.report(
            `Staging has ${verdict === undefined ? "no" : `a ${verdict}`} ${step}.`,
            `staging.steps.${step}`,
          );
      });
  },
});
