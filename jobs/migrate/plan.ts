import type pg from "pg";
import type { Source } from "./declarations/model";
import { sampleWayBack } from "./declarations/sample";
import type { Opened } from "./open";

export interface Plan {
  readonly sources: readonly {
    readonly source: string;
    readonly dataSet: string;
    readonly rows: number;
    readonly targets: readonly string[];
    readonly after: readonly string[];
  }[];
  /** What stands against it. */
  readonly problems: readonly string[];
  /** What an operator should know. */
  readonly warnings: readonly string[];
  readonly lines: readonly string[];
}

/** What the migration would do, and what stands against it. Changes nothing. */
export async function planOf(client: pg.ClientBase, opened: Opened): Promise<Plan> {
  const { model } = opened;
  const sources = model.sources.map((source) => ({
    source: source.table,
    dataSet: source.dataSet,
    rows: Math.round(source.rows),
    targets: source.targets.map(({ table }) => table),
    after: source.after,
  }));
  const warnings = foreignTriggers(opened);
  const problems = await sampleWayBack(client, model);
  return {
    sources,
    problems,
    warnings,
    lines: [
      `${model.from.release} (${model.from.schema}) → ${model.to.release} (${model.to.schema})${opened.migration === undefined ? "" : `, begun: ${opened.migration.state}`}`,
      ...sources.map(
        (one) =>
          `${one.dataSet.padEnd(12)} ${one.source.padEnd(16)} about ${one.rows} rows → ${one.targets.join(", ")}${one.after.length === 0 ? "" : ` (after ${one.after.join(", ")})`}`,
      ),
      ...warnings.map((text) => `warning: ${text}`),
      ...problems.map((text) => `problem: ${text}`),
    ],
  };
}

/** The engine's writes do not fire other triggers' counterparts, so their effects must not be needed on the other side. */
function foreignTriggers({ model, old, new: next }: Opened): string[] {
  const of = (source: Source): string[] => [
    ...(old.get(source.table)?.triggers ?? []).map((name) => `${source.schema}.${source.table}: ${name}`),
    ...source.targets.flatMap((target) =>
      (next.get(target.table)?.triggers ?? []).map((name) => `${target.schema}.${target.table}: ${name}`),
    ),
  ];
  const found = model.sources.flatMap(of);
  return found.length === 0
    ? []
    : [
        `there are triggers besides the engine's (${found.join(", ")}); they also fire for its writes, and what they write to synchronised tables then stays on their side`,
      ];
}
