import { resourceRule } from "../../frame/rule";
import { UPGRADE } from "../facts";
import { elements } from "../relations";

export const upgIrreversibleConfirmed = resourceRule({
  name: "upg-irreversible-confirmed",
  title: "A step that cannot be undone is confirmed by its name.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation: 'Add "PHASE RELEASE", such as "complete 4.0.0", to confirm.',
  exemptible: false,
  types: [UPGRADE],
  check({ props }, findings) {
    const { phase, next } = props;
    if (props.irreversible === undefined)
      return findings.report("Nothing says which steps cannot be undone.", "irreversible");
    const steps = elements(props.irreversible).filter((step) => step.phase === phase);
    if (phase !== "complete" && steps.length === 0) return;
    const wanted = `${phase} ${next}`;
    if (!elements<string>(props.confirm).includes(wanted))
      findings.report(
        `"${wanted}" is not confirmed: ${steps.map(({ what }) => what).join("; ") || "the old data model is removed"}.`,
        "confirm",
      );
  },
});
