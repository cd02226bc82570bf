import { type Properties, resourceRule } from "../../frame/rule";

export const bkpCopyElsewhere = resourceRule({
  name: "bkp-copy-elsewhere",
  title: "A copy of each backup lies in another Region or account.",
  severity: "medium",
  level: "advisory",
  controls: [],
  remediation: "Add copyActions to the rule.",
  types: ["aws:backup/plan:Plan"],
  check({ props }, findings) {
    findings.each(props.rules as readonly Properties[] | undefined, (entry, index) => {
      if ((entry.copyActions?.length ?? 0) === 0)
        findings.report(`Rule ${entry.ruleName} copies nothing elsewhere.`, `rules[${index}].copyActions`);
    });
  },
});
