import { describe, expect, it } from "vitest";
import { digestOf } from "../../upgrade/evidence/bucket";
import { verifyChain } from "../../upgrade/evidence/chain";
import { contentOf } from "../../upgrade/report/content";
import { reportHtml } from "../../upgrade/report/html";
import { reportMarkdown } from "../../upgrade/report/markdown";

const stored = (step: string, minute: string, more: object = {}) => {
  const body = JSON.stringify({
    version: 1,
    step,
    stack: "staging",
    release: "4.0.0",
    attempt: 1,
    verdict: "passed",
    startedAt: `2026-11-10T06:${minute}:00.000Z`,
    finishedAt: `2026-11-10T06:${minute}:30.000Z`,
    summary: `${step} <b>holds</b> | all`,
    checks: [{ name: "flow", holds: true, detail: "works" }],
    figures: { rows: 12.34567, nested: {} },
    inputs: {},
    previous: null,
    ...more,
  });
  return { key: `staging/4.0.0/1/${step}.json`, body, digest: digestOf(body), storedAt: new Date(0) };
};
const documents = [stored("verify", "20"), stored("precheck", "10")];
const of = (recorded: Record<string, string> = {}) =>
  contentOf(
    "staging",
    "4.0.0",
    documents,
    verifyChain(documents, recorded),
    new Date("2026-11-10T08:00:00Z"),
  );

describe("the report", () => {
  it("tells the steps in the order in which they went, with what each took and found", () => {
    const text = reportMarkdown(of());
    expect(text.indexOf("## precheck")).toBeLessThan(text.indexOf("## verify"));
    expect(text).toContain(
      "| precheck | passed | 2026-11-10T06:10:00.000Z | 30s | precheck <b>holds</b> \\| all |",
    );
    expect(text).toContain("- ✓ flow: works");
    expect(text).toContain("- rows: 12.346");
    expect(text).toContain("Evidence: as it was written.");
  });

  it("says first which evidence cannot be trusted", () => {
    const content = of({ "staging/4.0.0/1/verify.json": "sha256:other" });
    for (const text of [reportMarkdown(content), reportHtml(content)]) {
      expect(text).toMatch(/altered or incomplete/);
      expect(text).toMatch(/verify\.json.*it was altered/);
    }
  });

  it("is a page in which no text of a document becomes markup", () => {
    const html = reportHtml(of());
    expect(html).toContain("precheck &#60;b&#62;holds&#60;/b&#62;");
    expect(html).not.toMatch(/<b>|<script/);
  });

  it("leaves out a document that is not JSON, which is told as broken", () => {
    const damaged = [{ ...stored("backup", "15"), body: "{" }];
    const content = contentOf("staging", "4.0.0", damaged, verifyChain(damaged, {}), new Date());
    expect(content.sections).toEqual([]);
    expect(reportMarkdown(content)).toMatch(/backup\.json`: it is not JSON/);
  });
});
