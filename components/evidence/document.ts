import { createHash } from "node:crypto";

/** The part of an evidence document that decides (docs/contracts.md, 5). */
export interface EvidenceDocument {
  readonly key: string;
  readonly digest: string;
  readonly step: string;
  readonly release: string;
  readonly attempt: number;
  readonly verdict: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly summary: string;
  /** Names of checks that do not hold. */
  readonly failed: readonly string[];
  /** What the verdict rests on. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** Reads a document's bytes. Returns the reason when it is not one. */
export function readDocument(key: string, body: string): EvidenceDocument | string {
  let content: Record<string, unknown>;
  try {
    content = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return `${key} is not JSON`;
  }
  const { version, step, release, attempt, verdict, startedAt, finishedAt, summary, checks, inputs } =
    content;
  if (version !== 1) return `${key} has version ${JSON.stringify(version)}, which this program does not know`;
  if (
    typeof step !== "string" ||
    typeof release !== "string" ||
    typeof attempt !== "number" ||
    typeof verdict !== "string" ||
    typeof startedAt !== "string" ||
    typeof finishedAt !== "string" ||
    Number.isNaN(Date.parse(startedAt)) ||
    Number.isNaN(Date.parse(finishedAt))
  )
    return `${key} lacks step, release, attempt, verdict, startedAt or finishedAt`;
  return {
    key,
    digest: `sha256:${createHash("sha256").update(body).digest("hex")}`,
    step,
    release,
    attempt,
    verdict,
    startedAt,
    finishedAt,
    summary: typeof summary === "string" ? summary : "",
    failed: Array.isArray(checks)
      ? (checks as { name?: unknown; holds?: unknown }[])
          .filter(({ holds }) => holds === false)
          .map(({ name: check }) => String(check))
      : [],
    inputs: textsIn(inputs),
  };
}

const textsIn = (value: unknown): Record<string, string> =>
  typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
      )
    : {};

/** Key of the newest document of a step, counting attempts up to `attempt`. */
export function newestKey(
  keys: readonly string[],
  stack: string,
  release: string,
  step: string,
  attempt: number,
): string | undefined {
  const pattern = new RegExp(`^${escaped(stack)}/${escaped(release)}/(\\d+)/${escaped(step)}\\.json$`);
  return keys
    .map((key) => ({ key, attempt: Number(pattern.exec(key)?.[1] ?? Number.NaN) }))
    .filter((one) => one.attempt <= attempt)
    .sort((a, b) => b.attempt - a.attempt)[0]?.key;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
