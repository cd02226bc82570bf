import type { StackOperations } from "../stack/operations";
import type { StoredDocument } from "./bucket";

type Digests = Readonly<Record<string, string>>;

/** What the key of a document says. */
function partsOf(key: string): { release: string; attempt: number; step: string } {
  const [, release = "", attempt = "", step = ""] = /([^/]+)\/(\d+)\/([^/]+)\.json$/.exec(key) ?? [];
  return { release, attempt: Number(attempt), step };
}

/** Name of the Job that writes the document stored under `key`. */
export function jobOf(key: string): string {
  const { release, attempt, step } = partsOf(key);
  return `${step}-${release.replaceAll(".", "-")}-${attempt}`;
}

/** Whether a later attempt took this step again: the stack reads the newest document of each step only. */
function isSuperseded(key: string, now: Digests): boolean {
  const old = partsOf(key);
  return Object.keys(now)
    .map(partsOf)
    .some(
      ({ release, attempt, step }) => release === old.release && step === old.step && attempt > old.attempt,
    );
}

/**
 * Digests of the documents as the stack's last completed update read them, by key. A Job that an update which failed or
 * was killed ran since then wrote its document anew, and nobody has read that back: it is left out.
 */
export async function recordedDigests(
  operations: Pick<StackOperations, "jobsSinceCompleted">,
  outputs: Readonly<Record<string, unknown>>,
  documents: readonly StoredDocument[],
): Promise<Digests> {
  const recorded = (outputs.documents ?? {}) as Digests;
  const agrees = documents.every(({ key, digest }) => [undefined, digest].includes(recorded[key]));
  if (agrees) return recorded;
  const ran = await operations.jobsSinceCompleted(new Date());
  return Object.fromEntries(Object.entries(recorded).filter(([key]) => !ran.has(jobOf(key))));
}

/**
 * Documents that are not what the update before this one read, although no Job wrote them since.
 *
 * @param jobs names of the Jobs this update ran
 */
export async function alteredDocuments(
  operations: Pick<StackOperations, "jobsSinceCompleted">,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  startedAt: Date,
  jobs: readonly string[],
): Promise<string[]> {
  const [old, now] = [before.documents, after.documents] as (Digests | undefined)[];
  if (old === undefined || now === undefined) return [];
  const changed = Object.keys(old).filter(
    (key) =>
      now[key] !== old[key] &&
      !jobs.includes(jobOf(key)) &&
      !(now[key] === undefined && isSuperseded(key, now)),
  );
  if (changed.length === 0) return [];
  const ran = await operations.jobsSinceCompleted(startedAt);
  return changed
    .filter((key) => now[key] === undefined || !ran.has(jobOf(key)))
    .map(
      (key) =>
        `${key} was ${now[key] === undefined ? "removed" : "altered"} since it was read back (${old[key]}). Way out: order-upgrade evidence verify; the bucket keeps the earlier version.`,
    );
}
