import { rmSync } from "node:fs";
import path from "node:path";
import { writeDocument } from "../../../upgrade/output/document";
import { summaryLines } from "../../report/summary";
import { pullImages } from "../drill";
import { interruption } from "../interruption";
import type { DrillOptions } from "../options";
import { Interrupted, StageFailed } from "../stages";
import { type PromotionResult, Rehearsed, rehearsePromotion } from "./rehearsal";
import { SharedWorkspace } from "./shared-workspace";

/** `npm start -- --promote`. Exit codes: 0 everything holds, 1 something does not. */
export async function rehearse(options: DrillOptions, print: (line: string) => void): Promise<number> {
  const began = Date.now();
  const base = path.join(__dirname, "..", "..", "..", ".drill", "promotion");
  const [staging, production] = ["staging", "production"].map(
    (stack) => new SharedWorkspace(stack, base),
  ) as [SharedWorkspace, SharedWorkspace];
  await Promise.all([staging.take(), production.take()]);
  rmSync(path.join(base, "backend"), { recursive: true, force: true });
  staging.clear();
  production.clear();
  const interrupted = interruption(print, "Stopping; once more to stop at once.");
  const opened: Rehearsed[] = [];
  const open = async (workspace: SharedWorkspace): Promise<Rehearsed> => {
    const { stack } = workspace;
    const one = await Rehearsed.open(
      workspace,
      { ...options, stack },
      (line) => print(line === "" ? "" : `${stack.padEnd(10)} │ ${line.replace(/^\n+/, "")}`),
      interrupted,
    );
    opened.push(one);
    return one;
  };
  let result: PromotionResult;
  try {
    await pullImages(staging, options, print);
    // One after the other: both make a stack in the same backend.
    const [from, to] = [await open(staging), await open(production)];
    const found = await rehearsePromotion(from, to);
    const sound =
      found.staging.verdict === "passed" &&
      found.production.verdict === "passed" &&
      found.refusals.every(({ refused }) => refused);
    result = {
      version: 1,
      verdict: sound ? "passed" : "failed",
      problem: sound ? null : "a drill or a refusal does not hold",
      ...found,
      seconds: seconds(began),
    };
  } catch (problem) {
    if (interrupted.aborted) throw new Interrupted("Interrupted.");
    if (!(problem instanceof StageFailed)) throw problem;
    result = {
      version: 1,
      verdict: "failed",
      problem: problem.message,
      staging: null,
      production: null,
      refusals: [],
      seconds: seconds(began),
    };
  } finally {
    await Promise.all(opened.map((one) => one.stop()));
  }
  for (const line of linesOf(result)) print(line);
  writeDocument(options.json, result);
  for (const workspace of [staging, production]) workspace.release();
  return result.verdict === "passed" ? 0 : 1;
}

const seconds = (began: number): number => (Date.now() - began) / 1000;

function linesOf({
  staging,
  production,
  refusals,
  verdict,
  problem,
  seconds: took,
}: PromotionResult): string[] {
  return [
    ...[staging, production].flatMap((one) => (one === null ? [] : summaryLines(one))),
    "",
    "Refused by production:",
    ...refusals.map(({ what, refused }) => `  ${refused ? "✓" : "✗ NOT REFUSED"} ${what}`),
    ...(problem === null ? [] : ["", `  ${problem}`]),
    "",
    `${verdict} in ${took.toFixed(0)} s`,
  ];
}
