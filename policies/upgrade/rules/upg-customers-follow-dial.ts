import type { PolicyResource } from "@pulumi/policy";
import { type Properties, stackRule } from "../../frame/rule";
import { upgradeIn } from "../facts";
import { elements } from "../relations";

const RULE = /^aws:(lb|alb)\/listenerRule:ListenerRule$/;
const GROUP = /^aws:(lb|alb)\/targetGroup:TargetGroup$/;

/** Whether only the preview name leads here. */
const isPreview = (rule: PolicyResource, host: unknown): boolean =>
  elements(rule.props.conditions).some((condition) => {
    const names = elements<string>((condition as Properties).hostHeader?.values);
    return names.length > 0 && names.every((name) => name === host);
  });

/** Target groups of the release that a rule leads to: groups carry their release at the end of their name. */
const leadsTo = (rule: PolicyResource, release: string): boolean =>
  Object.values(rule.propertyDependencies)
    .flat()
    .some(({ type, name }) => GROUP.test(type) && name.endsWith(`-${release.replaceAll(".", "-")}`));

export const upgCustomersFollowDial = stackRule({
  name: "upg-customers-follow-dial",
  title: "Only in phases live and complete do public rules lead customers to the new release.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation: "Keep the new release behind the preview name until the dial stands at live.",
  exemptible: false,
  check(resources, findings) {
    const facts = upgradeIn(resources);
    if (facts === undefined) return;
    const { phase, next } = facts;
    if (typeof next !== "string" || phase === "live" || phase === "complete") return;
    findings.each(
      resources.filter(({ type }) => RULE.test(type)),
      (rule) => {
        if (leadsTo(rule, next) && !isPreview(rule, facts.previewHost))
          findings.blame(rule, `Leads customers to ${next} in phase ${phase}.`, "actions");
      },
    );
  },
});
