import { expect, test } from "vitest";
import { createProgress } from "../../../jobs/frame/progress";

test("progress is throttled, and tells rate and time left", () => {
  const lines: Record<string, unknown>[] = [];
  let at = 0;
  const progress = createProgress({
    step: "backup",
    write: (line) => lines.push(JSON.parse(line)),
    now: () => at,
  });
  progress.say("begin");
  for (let done = 0; done <= 1000; done += 1) {
    at = done * 10;
    progress.count("rows", done, 1000);
  }
  expect(lines[0]).toEqual({ time: "1970-01-01T00:00:00.000Z", step: "backup", message: "begin" });
  expect(lines.length).toBeLessThanOrEqual(13);
  expect(lines.at(-1)).toMatchObject({ message: "rows", done: 1000, total: 1000, rate: 100, secondsLeft: 0 });
});
