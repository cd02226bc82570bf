import { resourceRule } from "../../frame/rule";

export const albHttpsOnly = resourceRule({
  name: "alb-https-only",
  title: "Listeners serve HTTPS, or send customers there.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "ELB.1" },
    { framework: "PCI DSS", id: "4.2.1" },
  ],
  remediation: "Use protocol HTTPS; a listener on port 80 only redirects.",
  types: ["aws:lb/listener:Listener"],
  check({ props }, findings) {
    if (props.protocol === "HTTPS" || props.protocol === "TLS") return;
    const redirects =
      props.defaultActions?.[0]?.type === "redirect" &&
      props.defaultActions[0].redirect?.protocol === "HTTPS";
    if (!redirects) findings.report(`The listener serves ${props.protocol ?? "HTTP"}.`, "protocol");
  },
});
