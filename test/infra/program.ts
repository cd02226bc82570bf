import { vi } from "vitest";
import { type Evidence, positionOf, type Run, runMocked } from "./mocked";

export { document, type Registered, stackConfiguration } from "./mocked";

/** Runs the program in a test, from a clean start. */
export const runProgram = (
  stack: string,
  configuration: Readonly<Record<string, unknown>>,
  evidence: Evidence = {},
): Promise<Run> =>
  runMocked(
    () => {
      vi.resetModules();
      return import("../../infra/index.js");
    },
    stack,
    configuration,
    evidence,
  );

/** Runs the program of a stack in a position of the dial, with the proofs that lead there. */
export function runAt(
  stack: string,
  phase: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Run> {
  const { configuration, evidence } = positionOf(stack, phase, changes);
  return runProgram(stack, configuration, evidence);
}
