import { resourceRule } from "../../frame/rule";

export const albHardened = resourceRule({
  name: "alb-hardened",
  title: "Load balancers log, drop malformed headers and cannot be deleted by mistake.",
  severity: "medium",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "ELB.4" },
    { framework: "AWS FSBP", id: "ELB.5" },
    { framework: "AWS FSBP", id: "ELB.6" },
    { framework: "AWS FSBP", id: "ELB.12" },
  ],
  remediation:
    "Set accessLogs.enabled, dropInvalidHeaderFields and enableDeletionProtection; leave desyncMitigationMode at defensive or strictest.",
  types: ["aws:lb/loadBalancer:LoadBalancer"],
  check({ props }, findings) {
    findings.part(() => {
      if (props.accessLogs?.enabled !== true)
        findings.report("Requests are not logged.", "accessLogs.enabled");
    });
    findings.part(() => {
      if (props.dropInvalidHeaderFields !== true)
        findings.report("Malformed headers are let through.", "dropInvalidHeaderFields");
    });
    findings.part(() => {
      if (props.desyncMitigationMode === "monitor")
        findings.report(
          "Requests that mean one thing to one server and another to the next are let through.",
          "desyncMitigationMode",
        );
    });
    findings.part(() => {
      if (props.enableDeletionProtection !== true)
        findings.report("Deletion protection is off.", "enableDeletionProtection");
    });
  },
});
