import { type Properties, resourceRule } from "../../frame/rule";

export const wafRules = resourceRule({
  name: "waf-rules",
  title: "The web firewall has managed rules, a rate limit, and blocks.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.4.2" }],
  remediation: "Add AWSManagedRulesCommonRuleSet and a rate-based rule; do not override them to count.",
  types: ["aws:wafv2/webAcl:WebAcl"],
  check({ props }, findings) {
    let managed = false;
    let limited = false;
    findings.each(props.rules as readonly Properties[] | undefined, (entry, index) => {
      if (entry.statement?.managedRuleGroupStatement !== undefined) managed = true;
      if (entry.statement?.rateBasedStatement !== undefined) limited = true;
      if (entry.overrideAction?.count !== undefined || entry.action?.count !== undefined)
        findings.report(`Rule ${entry.name} only counts.`, `rules[${index}]`);
    });
    if (!managed) findings.report("No managed rule group is used.", "rules");
    if (!limited) findings.report("No rate limit is set.", "rules");
  },
});
