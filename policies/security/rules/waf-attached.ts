import { stackRule } from "../../frame/rule";
import { known, ofType, refersTo } from "../aws/relations";

export const wafAttached = stackRule({
  name: "waf-attached",
  title: "Public load balancers stand behind a web firewall.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "ELB.16" },
    { framework: "PCI DSS", id: "6.4.2" },
  ],
  remediation: "Add a WebAclAssociation.",
  check(resources, findings) {
    const associations = ofType(resources, "aws:wafv2/webAclAssociation:WebAclAssociation");
    findings.each(ofType(resources, "aws:lb/loadBalancer:LoadBalancer"), (balancer) => {
      if (known(() => balancer.props.internal as boolean) === true) return;
      if (!associations.some((association) => refersTo(association, "resourceArn", balancer, ["arn"])))
        findings.blame(balancer, "No web firewall is attached.");
    });
  },
});
