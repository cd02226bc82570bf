import { createHash } from "node:crypto";
import { z } from "zod";
import { STEPS, type StepName } from "./steps";

/** The format of an evidence document; see docs/evidence.md. */
export const evidenceSchema = z.object({
  version: z.literal(1),
  step: z.enum(STEPS),
  stack: z.string(),
  release: z.string(),
  attempt: z.int().min(1),
  verdict: z.enum(["passed", "failed"]),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  summary: z.string(),
  checks: z.array(
    z.object({
      name: z.string(),
      holds: z.boolean(),
      value: z.json().optional(),
      limit: z.json().optional(),
      detail: z.string().optional(),
    }),
  ),
  figures: z.record(z.string(), z.json()),
  inputs: z.record(z.string(), z.string()),
  previous: z
    .string()
    .regex(/^sha256:[a-f0-9]{64}$/)
    .nullable(),
});

export type Evidence = z.output<typeof evidenceSchema>;

export const digestOf = (bytes: Uint8Array | string): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Key of a step's document below the evidence bucket. */
export const evidenceKey = (prefix: string, step: StepName): string => `${prefix}/${step}.json`;

/**
 * Where the newest document of a step may be: below this attempt, else below the one before, and so on. A later attempt
 * repeats only some of the steps, and builds on what the earlier ones proved.
 */
export function evidenceKeys(prefix: string, attempt: number, step: StepName): string[] {
  const [family, last] = [
    prefix.slice(0, prefix.lastIndexOf("/") + 1),
    prefix.slice(prefix.lastIndexOf("/") + 1),
  ];
  if (last !== String(attempt)) return [evidenceKey(prefix, step)];
  return Array.from({ length: attempt }, (_, index) => evidenceKey(`${family}${attempt - index}`, step));
}
