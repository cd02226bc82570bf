import type { z } from "zod";

/** The surroundings of the Job are wrong; it never started its work. Exit code 2. */
export class EnvironmentProblem extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.map((problem) => `  - ${problem}`).join("\n"));
    this.name = "EnvironmentProblem";
    this.stack = "";
  }
}

/** The claim of the Job is not true, for a reason a person can act on. Exit code 1, no stack trace. */
export class StepProblem extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StepProblem";
    this.stack = "";
  }
}

/** The platform asked the Job to end (SIGTERM). Exit code 1; running it again goes on. */
export class Stopped extends StepProblem {
  constructor() {
    super("stopped by SIGTERM before it was done; run it again, it goes on or starts over safely");
    this.name = "Stopped";
  }
}

/** What zod found, one line each: path, rule. Values are left out, as they may be secret. */
export function describeIssues(error: z.ZodError, prefix = ""): string[] {
  return error.issues.map((issue) => {
    const path = [prefix, ...issue.path.map(String)].filter((part) => part !== "").join(".");
    return `${path || "the document"}: ${issue.message}`;
  });
}

/** The message of whatever was thrown. */
export function messageOf(problem: unknown): string {
  if (problem instanceof AggregateError && problem.errors.length > 0)
    return [...new Set(problem.errors.map(messageOf))].join("; ");
  if (problem instanceof Error) return problem.message || problem.name;
  return String(problem);
}
