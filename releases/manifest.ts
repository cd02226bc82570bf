import { z } from "zod";

/** The format of `releases/<version>/manifest.yaml`. Modules are data: no code names a module of a shop. */

const version = z.string().regex(/^\d+\.\d+\.\d+$/, "must be MAJOR.MINOR.PATCH");
const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, "must be lower case letters, digits and dashes, at most 31");
const quantity = z
  .string()
  .regex(/^\d+(\.\d+)?(m|Ki|Mi|Gi)?$/, "must be a Kubernetes quantity such as 250m or 256Mi");
const fileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be a plain file name in the release's folder");

const image = z.strictObject({
  /** `REPOSITORY@sha256:DIGEST`. */
  reference: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+@sha256:[a-f0-9]{64}$/, "must be REPOSITORY@sha256:DIGEST"),
  /** Result of the newest vulnerability scan. */
  findings: z.strictObject({ scannedOn: z.iso.date(), critical: z.int().min(0), high: z.int().min(0) }),
});

const compute = z.strictObject({ cpu: quantity, memory: quantity });

const module = z.strictObject({
  name,
  /** A service answers requests; a worker takes work by itself and is handed over, not balanced. */
  kind: z.enum(["service", "worker"]),
  /** Key of `images`. */
  image: name,
  arguments: z.array(z.string()).default([]),
  port: z.int().min(1024).max(65535),
  replicas: z.int().min(1).default(2),
  resources: z.strictObject({ requests: compute, limits: compute }),
  probes: z.strictObject({ readiness: z.string().startsWith("/"), liveness: z.string().startsWith("/") }),
  /** Metrics path for Prometheus. */
  metrics: z.string().startsWith("/").default("/metrics"),
  /** Seconds the module may take to finish what it has after SIGTERM. */
  graceSeconds: z.int().min(1).max(600).default(30),
  /** Paths customers reach through the load balancer, most specific first; empty for internal modules and workers. */
  public: z.array(z.string().startsWith("/")).default([]),
  /** Modules of the same release it calls; becomes `<MODULE>_URL` and a network rule. */
  calls: z.array(name).default([]),
  /** Connections of `business` parameters (such as `payment`) it may reach outside the cluster. */
  reaches: z.array(z.string()).default([]),
  /** Whether it gets `DATABASE_URL` of the release's role. */
  database: z.boolean().default(true),
  /** Environment variables filled from parameters of the stack, e.g. ORDER_TIME_LIMIT_SECONDS from business.orderTimeLimit. */
  configuration: z
    .array(
      z.strictObject({
        variable: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
        parameter: z.string().regex(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)+$/),
        unit: z.enum(["seconds", "milliseconds", "bytes", "text"]).default("text"),
      }),
    )
    .default([]),
  /** Workers: a query that counts what is in flight; drained when it returns 0. Runs as `migrator`. */
  inFlight: z.string().optional(),
});

export const manifestSchema = z
  .strictObject({
    version,
    title: z.string().min(1),
    releasedOn: z.iso.date(),
    /** Releases this one can be introduced beside. */
    upgradeFrom: z.array(version),
    dataModel: z.strictObject({
      /** Counts up with each change of the model. */
      version: z.int().min(1),
      /** PostgreSQL schema that holds it. */
      schema: z.string().regex(/^[a-z][a-z0-9_]{0,40}$/),
      /** Versions of the data model this release's code can run on (D2). */
      runsOn: z.strictObject({ oldest: z.int().min(1), newest: z.int().min(1) }),
    }),
    images: z.record(name, image),
    /** Programs of this project the upgrade needs: `jobs`. */
    tools: z.record(name, image),
    modules: z.array(module).min(1),
    /** Steps that cannot be undone (D13). */
    irreversible: z.array(z.strictObject({ phase: z.enum(["complete"]), what: z.string() })).default([]),
    notes: fileName,
    licence: z.strictObject({ identifier: z.string(), file: fileName }),
    support: z.strictObject({ contact: z.string(), until: z.iso.date() }),
  })
  .superRefine((manifest, context) => {
    const modules = new Set(manifest.modules.map((one) => one.name));
    if (modules.size !== manifest.modules.length) {
      context.addIssue({
        code: "custom",
        path: ["modules"],
        message: "names two modules alike; give each a name of its own",
      });
    }
    manifest.modules.forEach((one, index) => {
      if (!(one.image in manifest.images)) {
        context.addIssue({
          code: "custom",
          path: ["modules", index, "image"],
          message: `names no image; use one of ${Object.keys(manifest.images).join(", ")}`,
        });
      }
      for (const called of one.calls) {
        if (!modules.has(called))
          context.addIssue({
            code: "custom",
            path: ["modules", index, "calls"],
            message: `names no module: "${called}"`,
          });
      }
      if (one.kind === "worker" && one.inFlight === undefined) {
        context.addIssue({
          code: "custom",
          path: ["modules", index, "inFlight"],
          message: "is missing; a worker must say how its work in flight is counted",
        });
      }
    });
    if (!("jobs" in manifest.tools))
      context.addIssue({ code: "custom", path: ["tools", "jobs"], message: "is missing" });
  });

export type Manifest = z.output<typeof manifestSchema>;
export type Module = Manifest["modules"][number];

/** `4.0.0` as it appears in names of resources: `4-0-0`. */
export const versionInNames = (release: string): string => release.replaceAll(".", "-");

/** Name of the PostgreSQL role of a release: `app_4_0_0`. */
export const roleOf = (release: string): string => `app_${release.replaceAll(".", "_")}`;
