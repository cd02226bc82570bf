import { type Change, type CheckReport, policyText } from "./report";

const SIGNS: Readonly<Record<Change["operation"], string>> = {
  create: "+",
  update: "~",
  replace: "±",
  delete: "−",
};
/** Changes of a group that are listed one by one. */
const LISTED = 40;
/** The report as a comment for a pull request; also what the command prints. */
export function markdown(report: CheckReport): string {
  const { stack, base, verdict, problems, irreversible, waivers, costs, undecided } = report;
  const advisory = report.violations.filter(({ mandatory }) => !mandatory).map(policyText);
  return `${[
    `## ${verdict === "passed" ? "✓" : "✗"} ${stack}: ${verdict}`,
    base === null ? "Compared with the state of the stack." : `Compared with \`${base}\`.`,
    list("What stands in the way", problems),
    changes(report),
    list("What cannot be undone", irreversible),
    list("Waivers in use", waivers),
    list(
      "Not decided in this preview",
      undecided.map(({ rule, resource }) => `${rule}${resource === undefined ? "" : ` (${resource})`}`),
    ),
    list("What drives costs and changes", costs),
    list("Advice", advisory),
  ]
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}

function changes({ groups }: CheckReport): string {
  const names = Object.keys(groups).sort();
  if (names.length === 0) return "No resource changes.";
  const count = (list: readonly Change[], operation: Change["operation"]): number =>
    list.filter((one) => one.operation === operation).length;
  const rows = names.map((name) => {
    const list = groups[name] ?? [];
    return `| ${name} | ${(["create", "update", "replace", "delete"] as const).map((one) => count(list, one) || "").join(" | ")} |`;
  });
  const details = names.map((name) => {
    const list = groups[name] ?? [];
    const lines = list
      .slice(0, LISTED)
      .map(
        ({ operation, type, name: resource, changed }) =>
          `- ${SIGNS[operation]} \`${resource}\` ${type.split(":").at(-1)}${changed.length > 0 ? `: ${changed.join(", ")}` : ""}`,
      );
    const rest = list.length > LISTED ? [`- … and ${list.length - LISTED} more`] : [];
    return `<details><summary>${name}</summary>\n\n${[...lines, ...rest].join("\n")}\n\n</details>`;
  });
  return [
    "### Changes",
    ["| group | create | update | replace | delete |", "| --- | --: | --: | --: | --: |", ...rows].join("\n"),
    ...details,
  ].join("\n\n");
}

const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0
    ? ""
    : `### ${title}\n\n${lines.map((line) => `- ${line.replaceAll("\n", "\n  ")}`).join("\n")}`;
