import { resourceRule } from "../../frame/rule";

export const albTlsPolicy = resourceRule({
  name: "alb-tls-policy",
  title: "Listeners refuse old TLS.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "ELB.17" },
    { framework: "PCI DSS", id: "4.2.1" },
  ],
  remediation: "Set sslPolicy to an ELBSecurityPolicy-TLS13 policy.",
  types: ["aws:lb/listener:Listener"],
  check({ props }, findings) {
    if (props.protocol !== "HTTPS") return;
    if (!/^ELBSecurityPolicy-TLS13-1-[23]/.test(props.sslPolicy ?? ""))
      findings.report(`TLS policy is ${props.sslPolicy ?? "the default"}.`, "sslPolicy");
  },
});
