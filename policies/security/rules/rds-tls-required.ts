import { stackRule } from "../../frame/rule";
import { ofType, refersTo } from "../aws/relations";

const plain = (
  list: readonly { name: string; value: unknown }[] | undefined,
): { name: string; value: unknown }[] =>
  Array.from({ length: list?.length ?? 0 }, (_, index) => list?.[index] as { name: string; value: unknown });

export const rdsTlsRequired = stackRule({
  name: "rds-tls-required",
  title: "Databases refuse connections without TLS.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "RDS.38" },
    { framework: "PCI DSS", id: "4.2.1" },
  ],
  remediation: "Set rds.force_ssl = 1 in the parameter group that the database uses.",
  check(resources, findings) {
    const groups = ofType(resources, "aws:rds/parameterGroup:ParameterGroup");
    findings.each(ofType(resources, "aws:rds/instance:Instance"), (database) => {
      const group = groups.find((candidate) =>
        refersTo(database, "parameterGroupName", candidate, ["name", "id"]),
      );
      if (group === undefined)
        return findings.blame(
          database,
          "Its parameter group is not in this stack, so TLS is not proved.",
          "parameterGroupName",
        );
      findings.part(() => {
        const setting = plain(group.props.parameters).find((parameter) => parameter.name === "rds.force_ssl");
        if (setting === undefined || String(setting.value) !== "1")
          findings.blame(group, "rds.force_ssl is not 1.", "parameters");
      });
    });
  },
});
