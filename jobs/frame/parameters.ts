import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { describeIssues, EnvironmentProblem } from "./problems";

/** Durations are seconds and sizes are bytes, whatever unit the stack's own configuration uses. */
const seconds = z.number().min(0);
const bytes = z.number().min(0);
const share = z.number().min(0).max(1);
const DAY = 86_400;
const GIBIBYTE = 1024 ** 3;

const connection = z.looseObject({ url: z.url().optional(), timeout: seconds.optional() });

const business = z.looseObject({
  currency: z.string().default("EUR"),
  timeZone: z.string().default("UTC"),
  /** How long an order may stay unpaid. */
  orderTimeLimit: seconds.default(1800),
  stockUpdateInterval: seconds.optional(),
  payment: connection.optional(),
  logistics: connection.optional(),
});

const backup = z.looseObject({
  /** Names of data sets to export; empty means all that `checks.yaml` declares. */
  dataSets: z.array(z.string()).default([]),
  /** COPY streams at a time. */
  parallel: z.int().min(1).max(8).default(2),
  /** What an export may take in the bucket. */
  sizeLimit: bytes.default(1024 * GIBIBYTE),
  /** KMS key of the export; default: the key of the bucket. */
  kmsKey: z.string().optional(),
});

const verification = z.looseObject({
  /** Ed25519 public key (PEM or base64 of its DER) that manifests are signed with. */
  publicKey: z.string().optional(),
  findings: z
    .strictObject({
      critical: z.int().min(0).default(0),
      high: z.int().min(0).default(0),
      /** A scan older than this proves nothing. */
      maximumAge: seconds.default(90 * DAY),
    })
    .prefault({}),
  /** A release must still be supported this long from now. */
  supportMargin: seconds.default(30 * DAY),
  /** Storage the database instance may grow to. Not known: the check says so and relies on `databaseReserve`. */
  databaseStorage: bytes.optional(),
  /** Share of the storage that must stay free after the new model stands beside the old. */
  databaseReserve: share.default(0.2),
  /** Connections that must be free. */
  freeConnections: z.int().min(0).default(20),
  longestTransaction: seconds.default(300),
  oldestServer: z.int().default(160_000),
  /** Share of the rows that verify and soak compare; migrate and contract compare all. */
  comparedShare: share.default(1),
  /** Rows of the invariants that are named in the evidence. */
  examples: z.int().min(1).max(100).default(5),
  performance: z
    .strictObject({
      /** Requests measured for each path. */
      samples: z.int().min(10).max(5000).default(60),
      /** How many times the baseline the new figures may be. */
      tolerance: z.number().min(1).default(1.5),
      /** A slowdown below this many seconds is no concern of customers. */
      floor: seconds.default(0.01),
      confidence: z.number().min(0.5).max(0.9999).default(0.99),
    })
    .prefault({}),
  /** Seconds that a worker has to finish what is in flight, and how long it must stay at nothing. */
  drain: z.strictObject({ limit: seconds.default(300), quiet: seconds.default(2) }).prefault({}),
  /** How long the public address may take to serve the new release. */
  switchLimit: seconds.default(120),
});

const soak = z.looseObject({
  period: seconds.default(DAY),
  /** Share of requests that may fail while the figures are taken. */
  errorShare: share.default(0),
});

export const parametersSchema = z.looseObject({
  business: business.prefault({}),
  /** Belongs to the migration engine, which reads it with a schema of its own. */
  migration: z.looseObject({}).prefault({}),
  backup: backup.prefault({}),
  verification: verification.prefault({}),
  soak: soak.prefault({}),
});

export type Parameters = z.output<typeof parametersSchema>;

/** Reads PARAMETERS_FILE; without one every parameter has its default. Lists everything wrong with it at once. */
export function readParameters(file: string | undefined): Parameters {
  if (file === undefined) return parametersSchema.parse({});
  if (!existsSync(file))
    throw new EnvironmentProblem([
      `PARAMETERS_FILE: there is no file ${file}; mount the parameters of the stack`,
    ]);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (problem) {
    throw new EnvironmentProblem([`PARAMETERS_FILE: ${file} is not JSON: ${(problem as Error).message}`]);
  }
  const result = parametersSchema.safeParse(content);
  if (!result.success) throw new EnvironmentProblem(describeIssues(result.error, "PARAMETERS_FILE"));
  return result.data;
}
