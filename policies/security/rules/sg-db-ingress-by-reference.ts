import { resourceRule } from "../../frame/rule";
import { eachIngress, ingressTypes } from "../aws/security-group";

export const sgDbIngressByReference = resourceRule({
  name: "sg-db-ingress-by-reference",
  title: "The database is reached from named security groups, not from address ranges.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "1.4.4" }],
  remediation: "Use referencedSecurityGroupId.",
  types: ingressTypes,
  check(subject, findings) {
    eachIngress(subject, findings, ({ cidrs, fromPort, toPort, path }) => {
      const database = (fromPort ?? 0) <= 5432 && (toPort ?? 65_535) >= 5432;
      if (database && cidrs.length > 0)
        findings.report(
          `Addresses ${cidrs.join(", ")} reach the database's port.`,
          path === "" ? undefined : path,
        );
    });
  },
});
