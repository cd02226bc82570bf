import type { LAYERS } from "../../infra/parameters/upgrade";

export type Layer = (typeof LAYERS)[number];

/** What one layer says. `unknown` is no pass: what cannot be read is not known to be well. */
export interface Finding {
  readonly layer: Layer;
  readonly verdict: "passed" | "failed" | "unknown";
  /** What was found, for a person. */
  readonly detail: string;
  /** What to do; empty when it passed. */
  readonly wayOut: string;
}

/** The one verdict over all layers (D4). */
export interface Verdict {
  readonly verdict: "passed" | "failed";
  readonly at: string;
  readonly findings: readonly Finding[];
}

export const passed = (layer: Layer, detail: string): Finding => ({
  layer,
  verdict: "passed",
  detail,
  wayOut: "",
});
export const failed = (layer: Layer, detail: string, wayOut: string): Finding => ({
  layer,
  verdict: "failed",
  detail,
  wayOut,
});
export const unknown = (layer: Layer, detail: string, wayOut: string): Finding => ({
  layer,
  verdict: "unknown",
  detail,
  wayOut,
});

export const verdictOf = (findings: readonly Finding[], at: Date): Verdict => ({
  verdict: findings.every(({ verdict }) => verdict === "passed") ? "passed" : "failed",
  at: at.toISOString(),
  findings,
});

export const spokenFinding = ({ layer, verdict, detail, wayOut }: Finding): string =>
  `${verdict === "passed" ? "✓" : verdict === "failed" ? "✗" : "?"} ${layer}: ${detail}${wayOut === "" ? "" : ` Way out: ${wayOut}`}`;
