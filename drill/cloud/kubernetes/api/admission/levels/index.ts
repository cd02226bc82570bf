import type { PodSpec } from "../../types/pod";
import { BASELINE } from "./baseline";
import { type Level, subjectOf, type Violation } from "./check";
import { RESTRICTED } from "./restricted";

export type { Level, Violation } from "./check";

const NEWEST = 34;

/**
 * What a pod does that its level forbids, in the order of the API's own checks.
 * @param version `latest`, or `v1.30` for the rules that version had
 */
export function violations(
  level: Level,
  version: string,
  spec: PodSpec,
  annotations: Readonly<Record<string, string>> | undefined,
): Violation[] {
  if (level === "privileged") return [];
  const minor = Math.min(NEWEST, Number(/^v1\.(\d+)$/.exec(version)?.[1] ?? NEWEST));
  const known = (level === "baseline" ? [] : RESTRICTED).filter(({ since }) => since <= minor);
  const replaced = new Set(known.map(({ instead }) => instead));
  const base = BASELINE.filter(({ name, since }) => since <= minor && !replaced.has(name));
  const subject = subjectOf(spec, annotations, minor);
  return [...base, ...known].flatMap((check) => check.run(subject) ?? []);
}
