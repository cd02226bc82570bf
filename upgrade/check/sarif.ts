import type { PolicyResult } from "./events";
import type { CheckReport } from "./report";

/** The report as SARIF 2.1.0, which code hosts show beside the changed lines. */
export function sarif(report: CheckReport): object {
  const policies = [...report.violations, ...report.undecided];
  const told = new Set(policies.map(({ message }) => message));
  const others = report.problems.filter((text) => ![...told].some((message) => text.includes(message)));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "order-upgrade check",
            rules: [...new Set(policies.map(({ rule }) => rule))].sort().map((id) => ({
              id,
              helpUri: `docs/policies.md#${id}`,
              shortDescription: { text: id },
            })),
          },
        },
        results: [
          ...policies.map((one) => ({
            ruleId: one.rule,
            level: one.mandatory || report.undecided.includes(one) ? "error" : "warning",
            message: { text: one.message },
            locations: [place(report.stack, one)],
          })),
          ...others.map((text) => ({
            ruleId: "plan",
            level: "error",
            message: { text },
            locations: [place(report.stack)],
          })),
        ],
      },
    ],
  };
}

/** A resource has no line of its own: the stack's file stands for it, the URN names it. */
const place = (stack: string, result?: PolicyResult): object => ({
  physicalLocation: { artifactLocation: { uri: `stacks/Pulumi.${stack}.yaml` }, region: { startLine: 1 } },
  ...(result?.urn === undefined
    ? {}
    : { logicalLocations: [{ fullyQualifiedName: result.urn, kind: "resource" }] }),
});
