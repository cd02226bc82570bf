import { z } from "zod";
import { describeIssues, EnvironmentProblem } from "../frame/problems";
import type { Limits } from "./pace/throttle";

/** Least and most of what the command line takes too. */
export const RANGES = { parallel: [1, 16], chunkRows: [100, 1_000_000], slowdown: [1.1, 100] } as const;

/** The group `migration` of PARAMETERS_FILE; durations in seconds, sizes in bytes. */
const schema = z.looseObject({
  /** Chunks loaded, and ranges compared, at a time. */
  parallel: z.int().min(RANGES.parallel[0]).max(RANGES.parallel[1]).default(2),
  /** Rows of a chunk at the start. */
  chunkRows: z.int().min(RANGES.chunkRows[0]).max(RANGES.chunkRows[1]).default(5000),
  /** How long a change of the schema may wait for a lock before it gives way. */
  lockTimeout: z.number().min(0.01).max(60).default(2),
  /** Latency of small writes above which loading slows down. */
  writeLatency: z.number().min(0.0005).max(10).default(0.05),
  /** How many times as long small writes may take as before the load. */
  slowdown: z.number().min(RANGES.slowdown[0]).max(RANGES.slowdown[1]).default(1.5),
  /** How far a replica may be behind. */
  replicaLag: z
    .number()
    .min(0)
    .default(64 * 1024 ** 2),
  /** Rows the scheduled comparison looks at in one run. */
  reconcileRows: z.int().min(1000).default(500_000),
});

export type MigrationSettings = z.output<typeof schema>;

export function readSettings(values: unknown): MigrationSettings {
  const result = schema.safeParse(values ?? {});
  if (!result.success)
    throw new EnvironmentProblem(describeIssues(result.error, "PARAMETERS_FILE.migration"));
  return result.data;
}

export const limitsOf = (settings: MigrationSettings): Limits => ({
  parallel: settings.parallel,
  writeLatency: settings.writeLatency * 1000,
  slowdown: settings.slowdown,
  lag: settings.replicaLag,
  chunkSeconds: 0.4,
  smallest: 20,
  usual: settings.chunkRows,
  largest: Math.max(20_000, settings.chunkRows),
});
