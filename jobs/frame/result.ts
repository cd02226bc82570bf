import type { JobContext } from "./context";

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** One thing that was looked at, named so that a person can find it in the documentation. */
export interface Check {
  /** Lower case words with dashes, such as `free-connections`. */
  readonly name: string;
  readonly holds: boolean;
  /** What was found. */
  readonly value?: JsonValue;
  /** What it is held against. */
  readonly limit?: JsonValue;
  /** What it means and, when it does not hold, the way out. */
  readonly detail?: string;
}

/** What a step claims. The verdict `passed` makes the Job exit 0, `failed` makes it exit 1. */
export interface StepResult {
  readonly verdict: "passed" | "failed";
  /** One sentence a manager can read. */
  readonly summary: string;
  readonly checks: readonly Check[];
  /** Numbers and tables worth keeping; the next steps and the report read them back. */
  readonly figures: { readonly [name: string]: JsonValue };
  /** Digests (`sha256:…`) of what the verdict rests on, such as manifests and backups. */
  readonly inputs: { readonly [name: string]: string };
}

/** A step of the upgrade. It may throw: the frame then writes a failed document with the message and exits 1. */
export type Step = (context: JobContext) => Promise<StepResult>;

export interface Conclusion {
  readonly checks: readonly Check[];
  /** The sentence when every check holds. */
  readonly passed: string;
  /** What the sentence begins with otherwise; the names of the failed checks follow. */
  readonly failed: string;
  readonly figures?: StepResult["figures"];
  readonly inputs?: StepResult["inputs"];
}

/** Passed when every check holds; otherwise the summary names the checks that do not. */
export function conclude({ checks, passed, failed, figures = {}, inputs = {} }: Conclusion): StepResult {
  const broken = checks.filter((check) => !check.holds);
  return {
    verdict: broken.length === 0 ? "passed" : "failed",
    summary: broken.length === 0 ? passed : `${failed}: ${broken.map((check) => check.name).join(", ")}`,
    checks,
    figures,
    inputs,
  };
}
