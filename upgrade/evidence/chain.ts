import { CHAIN, type ChainStep } from "../../infra/phases";
import type { StoredDocument } from "./bucket";

/** What is wrong with a stored document. */
export interface Broken {
  readonly key: string;
  readonly problem: string;
}

export interface Verification {
  readonly verdict: "passed" | "failed";
  /** Documents that were looked at, with how each is held fast: by the next of the chain, by the stack's state, or by neither. */
  readonly documents: readonly {
    readonly key: string;
    readonly digest: string;
    readonly heldBy: readonly string[];
  }[];
  readonly broken: readonly Broken[];
}

interface Parsed extends StoredDocument {
  readonly content: Readonly<Record<string, unknown>> | undefined;
}

const KEY = /^([^/]+)\/([^/]+)\/(\d+)\/([^/]+)\.json$/;

/**
 * Judges all documents of a release. Each document of the chain names the digest of the one before, and the stack's state
 * names the digests of all it read back; one altered byte in any of them disagrees with at least one of both.
 *
 * @param recorded digests by key, as the stack's outputs hold them
 */
export function verifyChain(
  documents: readonly StoredDocument[],
  recorded: Readonly<Record<string, string>>,
): Verification {
  const parsed: Parsed[] = documents.map((one) => ({ ...one, content: contentOf(one.body) }));
  const broken: Broken[] = [
    ...parsed.flatMap(malformed),
    ...missing(documents, recorded),
    ...parsed.flatMap(({ key, digest }) =>
      recorded[key] === undefined || recorded[key] === digest
        ? []
        : [{ key, problem: `it was altered: its digest is ${digest}, the stack read back ${recorded[key]}` }],
    ),
  ];
  const links = linksOf(parsed);
  for (const { from, to, holds } of links)
    if (!holds)
      broken.push({
        key: to.key,
        problem: `it is not the document that ${from.key} names as the one before it, or one of the two was altered`,
      });
  const blamed = new Set(broken.map(({ key }) => key));
  return {
    verdict: broken.length === 0 ? "passed" : "failed",
    documents: parsed.map(({ key, digest }) => ({
      key,
      digest,
      heldBy: [
        ...(recorded[key] === digest ? ["state"] : []),
        ...links
          .filter(({ to, holds }) => to.key === key && holds && !blamed.has(key))
          .map(({ from }) => from.key),
      ],
    })),
    broken: unique(broken),
  };
}

interface Link {
  readonly from: Parsed;
  readonly to: Parsed;
  readonly holds: boolean;
}

/**
 * Each document and the one it names. A later attempt repeats only some of the steps, and a step that ran again after its
 * successor is newer than what the successor names: then the version named is no longer the newest, which is in order.
 */
function linksOf(parsed: readonly Parsed[]): Link[] {
  return parsed.flatMap((from): Link[] => {
    const { content } = from;
    const position = CHAIN.indexOf(String(content?.step) as ChainStep);
    const previous = content?.previous;
    if (content === undefined || position < 1 || typeof previous !== "string") return [];
    const candidates = parsed
      .filter((one) => attemptOf(one.key) <= attemptOf(from.key) && stepOf(one.key) === CHAIN[position - 1])
      .sort((a, b) => attemptOf(b.key) - attemptOf(a.key));
    const named = candidates.find(({ digest }) => digest === previous);
    const newest = candidates[0];
    if (named !== undefined) return [{ from, to: named, holds: true }];
    if (newest === undefined) return [];
    return ranAgain(newest, from) ? [] : [{ from, to: newest, holds: false }];
  });
}

/** Whether `step` was written after the document that should name it: it was repeated by itself. */
const ranAgain = (step: Parsed, after: Parsed): boolean =>
  step.content !== undefined && String(step.content.finishedAt) > String(after.content?.finishedAt);

function malformed({ key, content }: Parsed): Broken[] {
  const [, stack, release, attempt, step] = KEY.exec(key) ?? [];
  if (content === undefined) return [{ key, problem: "it is not JSON" }];
  const wrong = [
    [content.version !== 1, `version ${JSON.stringify(content.version)}`],
    [content.stack !== stack, `stack ${JSON.stringify(content.stack)}`],
    [content.release !== release, `release ${JSON.stringify(content.release)}`],
    [content.attempt !== Number(attempt), `attempt ${JSON.stringify(content.attempt)}`],
    [content.step !== step, `step ${JSON.stringify(content.step)}`],
    [
      content.verdict !== "passed" && content.verdict !== "failed",
      `verdict ${JSON.stringify(content.verdict)}`,
    ],
    [
      Number.isNaN(Date.parse(String(content.finishedAt))),
      `finishedAt ${JSON.stringify(content.finishedAt)}`,
    ],
  ] as const;
  const found = wrong.filter(([is]) => is).map(([, what]) => what);
  return found.length === 0
    ? []
    : [{ key, problem: `it says ${found.join(", ")}, which its place does not` }];
}

const missing = (
  documents: readonly StoredDocument[],
  recorded: Readonly<Record<string, string>>,
): Broken[] =>
  Object.keys(recorded)
    .filter((key) => !documents.some((one) => one.key === key))
    .map((key) => ({ key, problem: "it was removed; the stack read it back" }));

function contentOf(body: string): Record<string, unknown> | undefined {
  try {
    const content: unknown = JSON.parse(body);
    return typeof content === "object" && content !== null ? (content as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const attemptOf = (key: string): number => Number(KEY.exec(key)?.[3] ?? Number.NaN);
const stepOf = (key: string): string => KEY.exec(key)?.[4] ?? "";

const unique = (broken: readonly Broken[]): Broken[] => [
  ...new Map(broken.map((one) => [`${one.key} ${one.problem}`, one])).values(),
];
