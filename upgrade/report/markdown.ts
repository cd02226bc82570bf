import { spoken } from "../../infra/units";
import type { ReportContent, Section } from "./content";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** The report for a ticket or a repository. */
export function reportMarkdown({ stack, release, writtenAt, evidence, sections }: ReportContent): string {
  return `${[
    `# ${release} in ${stack}`,
    `Written ${writtenAt} from ${evidence.documents.length} documents. Evidence: ${
      evidence.verdict === "passed" ? "as it was written" : "**altered or incomplete**"
    }.`,
    ...(evidence.broken.length === 0
      ? []
      : [
          "## Evidence that cannot be trusted",
          evidence.broken.map(({ key, problem }) => `- \`${key}\`: ${problem}`).join("\n"),
        ]),
    "## Steps",
    [
      "| step | verdict | began | took | what |",
      "| --- | --- | --- | --: | --- |",
      ...sections.map(
        (one) =>
          `| ${one.step} | ${one.verdict} | ${one.startedAt} | ${spoken(one.seconds)} | ${cell(one.summary)} |`,
      ),
    ].join("\n"),
    ...sections.map(details),
  ].join("\n\n")}\n`;
}

function details({ step, key, checks, figures }: Section): string {
  return [
    `## ${step}`,
    `\`${key}\``,
    ...(checks.length === 0
      ? []
      : [
          checks
            .map(
              ({ name, holds, detail }) =>
                `- ${holds ? "✓" : "✗"} ${name}${detail === undefined ? "" : `: ${detail}`}`,
            )
            .join("\n"),
        ]),
    ...(figures.length === 0 ? [] : [figures.map(([name, value]) => `- ${name}: ${value}`).join("\n")]),
  ].join("\n\n");
}
