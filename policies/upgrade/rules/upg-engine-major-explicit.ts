import { stackRule } from "../../frame/rule";
import { upgradeIn } from "../facts";

export const upgEngineMajorExplicit = stackRule({
  name: "upg-engine-major-explicit",
  title: "A major version of the database engine is a change of its own, to a version that is named.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation:
    "Name engineVersion in full, take the step in phase steady, and set allowMajorVersionUpgrade for that update only.",
  check(resources, findings) {
    const facts = upgradeIn(resources);
    const databases = resources.filter(({ type }) =>
      /^aws:rds\/(instance:Instance|cluster:Cluster)$/.test(type),
    );
    findings.each(databases, (database) => {
      if (database.props.allowMajorVersionUpgrade !== true) return;
      findings.part(() => {
        if (!/^\d+\.\d+/.test(String(database.props.engineVersion ?? "")))
          findings.blame(
            database,
            "The engine may take a major step to a version nobody named.",
            "engineVersion",
          );
      });
      findings.part(() => {
        if (facts?.phase !== "steady")
          findings.blame(
            database,
            `The engine may take a major step in phase ${facts?.phase ?? "unknown"}, in the midst of an upgrade.`,
            "allowMajorVersionUpgrade",
          );
      });
    });
  },
});
