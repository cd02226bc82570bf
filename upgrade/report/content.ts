import { CHAIN } from "../../infra/phases";
import type { StoredDocument } from "../evidence/bucket";
import type { Verification } from "../evidence/chain";

interface Check {
  readonly name: string;
  readonly holds: boolean;
  readonly detail?: string;
}

/** One document, as a reader wants it. */
export interface Section {
  readonly key: string;
  readonly step: string;
  readonly verdict: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly summary: string;
  readonly checks: readonly Check[];
  readonly figures: readonly (readonly [name: string, value: string])[];
}

/** The upgrade as its evidence tells it. */
export interface ReportContent {
  readonly stack: string;
  readonly release: string;
  readonly writtenAt: string;
  readonly evidence: Verification;
  readonly sections: readonly Section[];
}

/** Sorts documents into the order in which the upgrade went. A damaged one is not told as if it were whole. */
export function contentOf(
  stack: string,
  release: string,
  documents: readonly StoredDocument[],
  evidence: Verification,
  now: Date,
): ReportContent {
  const sections = documents.flatMap((one) => sectionOf(one) ?? []);
  const place = ({ step }: Section): number => CHAIN.indexOf(step as (typeof CHAIN)[number]);
  return {
    stack,
    release,
    writtenAt: now.toISOString(),
    evidence,
    sections: sections.sort((a, b) => a.startedAt.localeCompare(b.startedAt) || place(a) - place(b)),
  };
}

function sectionOf({ key, body }: StoredDocument): Section | undefined {
  let content: Record<string, unknown>;
  try {
    content = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { step, verdict, startedAt, finishedAt, summary, checks, figures } = content;
  return {
    key,
    step: String(step),
    verdict: String(verdict),
    startedAt: String(startedAt),
    seconds: Math.max(0, (Date.parse(String(finishedAt)) - Date.parse(String(startedAt))) / 1000),
    summary: String(summary),
    checks: Array.isArray(checks) ? (checks as Check[]) : [],
    figures: Object.entries((figures ?? {}) as Record<string, unknown>)
      .filter(([, value]) => typeof value === "number" || typeof value === "string")
      .map(([name, value]) => [name, typeof value === "number" ? rounded(value) : String(value)]),
  };
}

const rounded = (value: number): string => String(Math.round(value * 1000) / 1000);
