import { z } from "zod";
import { describeIssues, EnvironmentProblem } from "./problems";
import { STEPS, type StepName } from "./steps";

const missing = (issue: { input?: unknown }): string | undefined =>
  issue.input === undefined ? "is missing" : undefined;
const version = z.string({ error: missing }).regex(/^\d+\.\d+\.\d+$/, "must be MAJOR.MINOR.PATCH");
const text = z.string({ error: missing });
const httpUrl = z.string().regex(/^https?:\/\/[^\s]+$/, "must be an http or https URL");
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]", "::1"]);

/** A libpq URL. Beyond the loopback address the server must prove who it is. */
const databaseUrl = z.string({ error: missing }).superRefine((value, context) => {
  const refuse = (message: string): void => context.addIssue({ code: "custom", message });
  if (!URL.canParse(value)) return refuse("must be a URL such as postgresql://USER:PASSWORD@HOST:5432/NAME");
  const url = new URL(value);
  if (!/^postgres(ql)?:$/.test(url.protocol)) return refuse("must begin with postgresql://");
  if (!LOOPBACK.has(url.hostname) && url.searchParams.get("sslmode") !== "verify-full")
    refuse("must carry sslmode=verify-full, as the database is reached over a network");
});

/** Steps that cannot do without one of the optional variables. */
const NEEDS: Partial<Record<StepName, readonly (keyof typeof optional)[]>> = {
  backup: ["BACKUP_BUCKET", "BACKUP_PREFIX"],
  "restore-check": ["BACKUP_BUCKET", "BACKUP_PREFIX", "SCRATCH_DATABASE_URL"],
  contract: ["BACKUP_BUCKET", "BACKUP_PREFIX"],
  baseline: ["PUBLIC_URL"],
  switched: ["PUBLIC_URL"],
  soak: ["PUBLIC_URL"],
};

const optional = {
  RELEASE_NEXT: version.optional(),
  EVIDENCE_PREVIOUS: z.enum(STEPS, `must be empty or one of the steps ${STEPS.join(", ")}`).optional(),
  BACKUP_BUCKET: text.optional(),
  BACKUP_PREFIX: text.optional(),
  SCRATCH_DATABASE_URL: databaseUrl.optional(),
  PUBLIC_URL: httpUrl.optional(),
  AWS_REGION: text.optional(),
  AWS_ENDPOINT_URL_S3: httpUrl.optional(),
  PARAMETERS_FILE: text.optional(),
};

const schema = z.object({
  STACK: text,
  RELEASE_CURRENT: version,
  RELEASE: version,
  ATTEMPT: z
    .string({ error: missing })
    .regex(/^[1-9]\d{0,8}$/, "must be a whole number from 1")
    .transform(Number),
  RELEASES_DIRECTORY: text,
  DATABASE_URL: databaseUrl,
  EVIDENCE_BUCKET: text,
  EVIDENCE_PREFIX: text,
  ...optional,
});

/** The environment of a Job, read once. */
export interface Environment {
  readonly stack: string;
  readonly currentRelease: string;
  readonly nextRelease: string | undefined;
  /** The release the Job is about: the one in its name. */
  readonly release: string;
  readonly attempt: number;
  readonly releasesDirectory: string;
  readonly parametersFile: string | undefined;
  readonly databaseUrl: string;
  readonly scratchDatabaseUrl: string | undefined;
  readonly evidence: {
    readonly bucket: string;
    readonly prefix: string;
    readonly previous: StepName | undefined;
  };
  readonly backup: { readonly bucket: string; readonly prefix: string } | undefined;
  readonly publicUrl: string | undefined;
  /** Base URL of each module of `release`, by its name in the manifest. */
  readonly moduleUrls: ReadonlyMap<string, string>;
  /** Password of each role, by its name (`app_4_0_0`). */
  readonly rolePasswords: ReadonlyMap<string, string>;
}

/** Reads the environment of a step. Throws an EnvironmentProblem that lists everything wrong with it. */
export function readEnvironment(step: StepName, variables: NodeJS.ProcessEnv): Environment {
  // An empty variable is how a manifest says "none".
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const result = schema.safeParse(given);
  const problems = result.success ? [] : describeIssues(result.error);
  for (const variable of NEEDS[step] ?? [])
    if (given[variable] === undefined) problems.push(`${variable}: is missing; the step ${step} needs it`);
  const moduleUrls = new Map<string, string>();
  for (const [variable, value] of Object.entries(given)) {
    const module = /^MODULE_([A-Z0-9_]+)_URL$/.exec(variable)?.[1];
    if (module === undefined || value === undefined) continue;
    if (!httpUrl.safeParse(value).success) problems.push(`${variable}: must be an http or https URL`);
    moduleUrls.set(module.toLowerCase().replaceAll("_", "-"), value.replace(/\/+$/, ""));
  }
  if (!result.success || problems.length > 0) throw new EnvironmentProblem(problems);
  const read = result.data;
  return {
    stack: read.STACK,
    currentRelease: read.RELEASE_CURRENT,
    nextRelease: read.RELEASE_NEXT,
    release: read.RELEASE,
    attempt: read.ATTEMPT,
    releasesDirectory: read.RELEASES_DIRECTORY,
    parametersFile: read.PARAMETERS_FILE,
    databaseUrl: read.DATABASE_URL,
    scratchDatabaseUrl: read.SCRATCH_DATABASE_URL,
    evidence: {
      bucket: read.EVIDENCE_BUCKET,
      prefix: read.EVIDENCE_PREFIX.replace(/\/+$/, ""),
      previous: read.EVIDENCE_PREVIOUS,
    },
    backup:
      read.BACKUP_BUCKET !== undefined && read.BACKUP_PREFIX !== undefined
        ? { bucket: read.BACKUP_BUCKET, prefix: read.BACKUP_PREFIX.replace(/\/+$/, "") }
        : undefined,
    publicUrl: read.PUBLIC_URL?.replace(/\/+$/, ""),
    moduleUrls,
    rolePasswords: rolePasswords(given),
  };
}

function rolePasswords(variables: NodeJS.ProcessEnv): Map<string, string> {
  const passwords = new Map<string, string>();
  for (const [variable, value] of Object.entries(variables)) {
    const role = /^ROLE_PASSWORD_([A-Z0-9_]+)$/.exec(variable)?.[1];
    if (role !== undefined && value !== undefined) passwords.set(role.toLowerCase(), value);
  }
  return passwords;
}
