import type { Expectation } from "../../releases/checks";
import type { HttpAnswer } from "../frame/http";
import { sameValue, valueAt } from "./places";
import { type Captured, fill, fillText } from "./templates";

/** Everything in which an answer is not what was expected. Comparisons with the database are judged elsewhere. */
export function problemsOf(answer: HttpAnswer, expected: Expectation, captured: Captured): string[] {
  if (answer.status === 0) return [`there was no answer: ${answer.problem ?? "unknown"}`];
  const allowed = [expected.status].flat();
  const problems: string[] = [];
  if (!allowed.includes(answer.status))
    problems.push(`status ${answer.status} instead of ${allowed.join(" or ")}: ${answer.text.slice(0, 200)}`);
  for (const [name, template] of Object.entries(expected.headers)) {
    const wanted = fillText(template, captured);
    const got = answer.headers[name.toLowerCase()];
    if (got !== wanted) problems.push(`header ${name} is ${got ?? "missing"} instead of ${wanted}`);
  }
  for (const place of expected.present) {
    const got = valueAt(answer.json, place);
    if (got === undefined || got === null) problems.push(`${place} is missing`);
  }
  for (const [place, template] of Object.entries(expected.body)) {
    const wanted = fill(template, captured);
    const got = valueAt(answer.json, fillText(place, captured));
    if (!sameValue(got, wanted)) problems.push(`${place} is ${show(got)} instead of ${show(wanted)}`);
  }
  if (expected.contains !== undefined) {
    const wanted = fillText(expected.contains, captured);
    if (!answer.text.toLowerCase().includes(wanted.toLowerCase()))
      problems.push(`the answer does not contain ${wanted}`);
  }
  return problems;
}

export const show = (value: unknown): string => (JSON.stringify(value) ?? "missing").slice(0, 200);
