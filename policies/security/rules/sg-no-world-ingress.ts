import { resourceRule } from "../../frame/rule";
import { eachIngress, ingressTypes, isWorld } from "../aws/security-group";

export const sgNoWorldIngress = resourceRule({
  name: "sg-no-world-ingress",
  title: "The world reaches port 443 of the load balancer and nothing else.",
  severity: "critical",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "EC2.18" },
    { framework: "AWS FSBP", id: "EC2.19" },
    { framework: "PCI DSS", id: "1.3.1" },
    { framework: "CIS AWS", id: "5.2" },
  ],
  remediation:
    "Name a source group or a narrow range; only groups tagged purpose=edge may open 443 (and 80 for the redirect).",
  types: ingressTypes,
  check(subject, findings) {
    const edge = subject.props.tags?.purpose === "edge";
    eachIngress(subject, findings, ({ cidrs, fromPort, toPort, protocol, path }) => {
      const world = cidrs.filter(isWorld);
      if (world.length === 0) return;
      const allowed =
        edge && protocol === "tcp" && fromPort === toPort && (fromPort === 443 || fromPort === 80);
      if (!allowed)
        findings.report(
          `${world.join(", ")} may come in on ${protocol === "-1" ? "every port" : `${protocol} ${fromPort}-${toPort}`}.`,
          path === "" ? undefined : path,
        );
    });
  },
});
