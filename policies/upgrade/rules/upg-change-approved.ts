import { resourceRule } from "../../frame/rule";
import { isProduction, UPGRADE } from "../facts";

const said = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";
const person = (value: string): string => value.trim().toLowerCase();

export const upgChangeApproved = resourceRule({
  name: "upg-change-approved",
  title: "In production an upgrade has a ticket and was approved by somebody else than who makes it.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation:
    "Set change.ticket and change.approver, and let somebody else than the approver turn the dial.",
  exemptible: false,
  types: [UPGRADE],
  check({ props }, findings) {
    if (!isProduction(props) || props.phase === "steady") return;
    findings.part(() => {
      if (!said(props.change?.ticket)) findings.report("The change has no ticket.", "change.ticket");
    });
    findings.part(() => {
      if (!said(props.change?.approver)) findings.report("Nobody approved the change.", "change.approver");
    });
    findings.part(() => {
      const { operator } = props;
      if (!said(operator)) return findings.report("Nothing says who makes the change.", "operator");
      if (said(props.change?.approver) && person(props.change.approver) === person(operator))
        findings.report("Who approved the change also makes it.", "change.approver");
    });
  },
});
