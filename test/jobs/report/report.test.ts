import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { conclude, type Step } from "../../../jobs/frame/result";
import type { StepName } from "../../../jobs/frame/steps";
import { report } from "../../../jobs/report";
import { toHtml, toMarkdown } from "../../../jobs/report/document";
import { tryStep } from "../support/run";
import { type Stage, setStage } from "../support/stage";

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const prove = (step: StepName, previous: string, holds = true) => {
  const work: Step = async () =>
    conclude({
      checks: [{ name: "looked", holds, detail: "a <b>sign</b> | a bar" }],
      passed: `${step} is fine`,
      failed: `${step} is not`,
    });
  return tryStep({
    step,
    work,
    storage: stage.storage,
    variables: { ...stage.variables, EVIDENCE_PREVIOUS: previous, BACKUP_BUCKET: "b", BACKUP_PREFIX: "p" },
  });
};
const write = () =>
  tryStep({ step: "report", work: report, storage: stage.storage, variables: stage.variables });
const text = (name: string): string => stage.storage.text(`evidence/test/4.0.0/1/${name}`);

describe("the report", () => {
  test("of a steady stack tells about the business", async () => {
    expect((await write()).code).toBe(0);
    expect(text("report.md")).toContain("| release serving customers | 1.0.0 |");
    expect(text("report.md")).toContain("No upgrade is under way");
  });

  test("of an upgrade tells what was done, what needs attention, and that the evidence hangs together", async () => {
    await prove("precheck", "");
    await prove("backup", "precheck", false);
    expect((await write()).code).toBe(0);
    expect(text("report.md")).toContain("1 of 2 steps");
    expect(text("report.md")).toMatch(/\| backup \| looked \| a <b>sign<\/b> \\\| a bar \|/);
    expect(text("report.html")).toContain("a &lt;b&gt;sign&lt;/b&gt; | a bar");
    expect(text("report.md")).toContain("every digest is right");
  });

  test("says when a document was exchanged", async () => {
    await prove("precheck", "");
    await write();
    expect(text("report.md")).toContain("backup builds on a document that is not there any more");
  });

  test("is the same in both forms", () => {
    const document = { title: "T", verdict: "V", good: true, sections: [{ title: "S", text: "x" }] };
    expect([toMarkdown(document), toHtml(document)]).toEqual([
      expect.stringContaining("## S"),
      expect.stringContaining("<h2>S</h2>"),
    ]);
  });
});
