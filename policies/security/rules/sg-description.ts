import { resourceRule } from "../../frame/rule";

export const sgDescription = resourceRule({
  name: "sg-description",
  title: "Security groups and their rules say what they are for.",
  severity: "low",
  level: "advisory",
  controls: [{ framework: "PCI DSS", id: "1.2.5" }],
  remediation: "Set description.",
  types: [
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  ],
  check({ props }, findings) {
    const text = props.description as string | undefined;
    if (text === undefined || text === "" || text === "Managed by Pulumi")
      findings.report("No description is set.", "description");
  },
});
