import { resourceRule } from "../../frame/rule";

export const cwLogRetention = resourceRule({
  name: "cw-log-retention",
  title: "Logs are kept long enough, and not for ever.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "10.5.1" }],
  remediation: "Set retentionInDays.",
  configuration: {
    properties: {
      days: { type: "integer", minimum: 1, default: 90, description: "Days for logs of programs." },
      auditDays: {
        type: "integer",
        minimum: 1,
        default: 365,
        description: "Days for logs tagged purpose=audit.",
      },
    },
  },
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  check({ props }, findings, { auditDays, days }) {
    const audit = props.tags?.purpose === "audit";
    const kept = (props.retentionInDays as number | undefined) ?? 0;
    const wanted = Number(audit ? auditDays : days);
    if (kept === 0) findings.report("Logs are never removed.", "retentionInDays");
    else if (kept < wanted)
      findings.report(`Logs are kept ${kept} days, at least ${wanted} are wanted.`, "retentionInDays");
  },
});
