import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { verifyChain } from "../evidence/chain";
import { writeDocument } from "../output/document";
import { contentOf } from "../report/content";
import { reportHtml } from "../report/html";
import { reportMarkdown } from "../report/markdown";
import { type CommonOptions, openContext } from "./context";
import { evidenceOf } from "./evidence";

export interface ReportOptions extends CommonOptions {
  readonly output: string;
}

/** `report`: the upgrade in HTML and Markdown, made of its evidence. Altered evidence is named, and makes the exit code 1. */
export async function report(options: ReportOptions): Promise<number> {
  const context = await openContext(options);
  const { release, documents, recorded } = await evidenceOf(context);
  const content = contentOf(
    context.project.stack,
    release,
    documents,
    verifyChain(documents, recorded),
    new Date(),
  );
  mkdirSync(options.output, { recursive: true });
  for (const [name, text] of [
    ["report.html", reportHtml(content)],
    ["report.md", reportMarkdown(content)],
  ] as const) {
    writeFileSync(path.join(options.output, name), text);
    context.console.line(`  ${path.join(options.output, name)}`);
  }
  writeDocument(options.json, { version: 1, command: "report", ...content });
  return content.evidence.verdict === "passed" ? 0 : 1;
}
