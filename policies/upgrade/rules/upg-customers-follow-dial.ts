import type { PolicyResource } from "@pulumi/policy";
import { type Properties, stackRule } from "../../frame/rule";
import { known } from "../../security/aws/relations";
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

/** Groups carry their release at the end of their name. */
const groupsOf = (resources: readonly PolicyResource[], release: string): PolicyResource[] =>
  resources.filter(({ type, name }) => GROUP.test(type) && name.endsWith(`-${release.replaceAll(".", "-")}`));

/** ARNs of the groups that get a share of the requests. One that is not known yet belongs to a group that is not made yet. */
const served = (rule: PolicyResource): unknown[] =>
  elements(rule.props.actions).flatMap((action) => [
    ...(action.targetGroupArn === undefined ? [] : [action.targetGroupArn]),
    ...elements(action.forward?.targetGroups)
      // An unset weight is 1 when there is one group, and 0 is the only one that leads nobody here.
      .filter(({ weight }) => weight !== 0)
      .map(({ arn }) => arn as unknown),
  ]);

/** Whether the actions come from groups, and from none of these; known in previews, too. */
function namesOthersOnly(rule: PolicyResource, groups: readonly PolicyResource[]): boolean {
  const named = (rule.propertyDependencies.actions ?? []).filter(({ type }) => GROUP.test(type));
  return named.length > 0 && !named.some(({ urn }) => groups.some((group) => group.urn === urn));
}

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
        if (isPreview(rule, facts.previewHost)) return;
        const groups = groupsOf(resources, next);
        // Groups that this update makes have no ARN in a preview. A rule that names none of the new release's is in order.
        if (known(() => served(rule)) === undefined && namesOthersOnly(rule, groups)) return;
        const arns = groups.map(({ props }) => known(() => props.arn as unknown));
        if (served(rule).some((arn) => arns.includes(arn)))
          findings.blame(rule, `Leads customers to ${next} in phase ${phase}.`, "actions");
      },
    );
  },
});
