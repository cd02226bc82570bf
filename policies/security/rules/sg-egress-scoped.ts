import { type Properties, resourceRule } from "../../frame/rule";
import { isWorld } from "../aws/security-group";

const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

export const sgEgressScoped = resourceRule({
  name: "sg-egress-scoped",
  title: "Databases and load balancers send to named groups and ranges, not to the world.",
  severity: "low",
  level: "advisory",
  controls: [
    { framework: "PCI DSS", id: "1.2.5" },
    { framework: "PCI DSS", id: "1.3.2" },
  ],
  remediation: "Name a group or a narrow range as the target; a database needs no way out at all.",
  types: ["aws:ec2/securityGroup:SecurityGroup", EGRESS],
  check({ type, props }, findings) {
    const report = (rule: Properties, path: string): void => {
      const lists = [rule.cidrBlocks, rule.ipv6CidrBlocks].flatMap((list) =>
        Array.from({ length: list?.length ?? 0 }, (_, index) => String(list[index])),
      );
      const singles = [rule.cidrIpv4, rule.cidrIpv6].filter((one) => one !== undefined).map(String);
      const world = [...lists, ...singles].filter(isWorld);
      if (world.length > 0) findings.report(`Everything may go out to ${world.join(", ")}.`, path);
    };
    if (type === EGRESS) return findings.part(() => report(props, "cidrIpv4"));
    findings.each(props.egress as readonly Properties[] | undefined, (rule, index) =>
      report(rule, `egress[${index}]`),
    );
  },
});
