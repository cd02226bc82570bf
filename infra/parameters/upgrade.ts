import { z } from "zod";
import { amount, clock, duration, size, text, timeZone, whole } from "./fields";

export const verification = z
  .strictObject({
    freshness: duration("1m", "7d", "A verification older than this proves nothing for the switch.").default(
      "24h",
    ),
    publicKey: text(
      "Ed25519 public key (PEM or base64 of its DER) that manifests are signed with.",
    ).optional(),
    findings: z
      .strictObject({
        critical: whole(0, 1000, "Open critical findings an image may have.").default(0),
        high: whole(0, 1000, "Open high findings an image may have.").default(0),
        maximumAge: duration("1d", "365d", "A scan older than this proves nothing.").default("90d"),
      })
      .prefault({})
      .meta({ description: "Vulnerabilities." }),
    supportMargin: duration("1d", "365d", "A release must still be supported this long from now.").default(
      "30d",
    ),
    databaseReserve: amount(
      0,
      0.9,
      "Share of the database's storage that must stay free with both models.",
    ).default(0.2),
    freeConnections: whole(0, 5000, "Connections to the database that must be free.").default(20),
    longestTransaction: duration("1s", "1h", "A transaction running longer stops the pre-check.").default(
      "5m",
    ),
    comparedShare: amount(
      0.05,
      1,
      "Share of the rows of both data models that verify and soak compare, the newest among them; migrate and contract always compare all.",
    ).default(1),
    examples: whole(1, 100, "Rows of a broken invariant that are named in the evidence.").default(5),
    performance: z
      .strictObject({
        samples: whole(10, 5000, "Requests measured for each path.").default(60),
        tolerance: amount(1, 10, "How many times the figures before the new ones may be.").default(1.5),
        floor: duration("1ms", "10s", "A slowdown below this is no concern of customers.").default("10ms"),
        confidence: amount(0.5, 0.9999, "How sure a slowdown must be before it counts.").default(0.99),
      })
      .prefault({})
      .meta({ description: "Comparison of response times." }),
    drain: z
      .strictObject({
        limit: duration("1s", "1h", "Time workers have to finish what is in flight.").default("5m"),
        quiet: duration("0s", "5m", "How long nothing must be in flight.").default("2s"),
      })
      .prefault({})
      .meta({ description: "Hand-over of workers." }),
    switchLimit: duration("1s", "30m", "Time the public address has to serve the new release.").default("2m"),
  })
  .prefault({})
  .meta({ description: "What proves a release." });

/** The layers of the one verdict (D4). */
export const LAYERS = ["alarms", "customer", "comparison", "queues", "pods", "errors", "latency"] as const;

export const gates = z
  .strictObject({
    layers: z
      .array(z.enum(LAYERS, `must be one of ${LAYERS.join(", ")}`))
      .default([...LAYERS])
      .meta({
        description: "Layers that must be well before customers move on. One that cannot be read stops.",
      }),
    requests: whole(20, 5000, "Requests that are measured of each release.").default(100),
    confidence: amount(0.5, 0.9999, "How sure a difference must be before it counts.").default(0.99),
    errorShare: amount(0, 1, "Errors of the next release below this share are no concern.").default(0),
    comparisonAge: duration(
      "1m",
      "7d",
      "A comparison of both data models older than this proves nothing.",
    ).default("24h"),
    restarts: whole(0, 100, "Restarts a Pod of the next release may have had.").default(0),
  })
  .prefault({})
  .meta({ description: "The verdict between two shares of customers, and before the old release goes." });

const limit = (step: string) => duration("1m", "7d", `Time the step ${step} may take.`).optional();

/** Absent: an hour. `order-upgrade promote` computes them from what the rehearsal took. */
export const limits = z
  .strictObject({
    install: limit("install"),
    precheck: limit("precheck"),
    backup: limit("backup"),
    "restore-check": limit("restore-check"),
    baseline: limit("baseline"),
    verify: limit("verify"),
    drain: limit("drain"),
    switched: limit("switched"),
    soak: limit("soak"),
    contract: limit("contract"),
    revert: limit("revert"),
  })
  .prefault({})
  .meta({ description: "Time limits of the Jobs; the migration's is migration.timeLimit." });

export const soak = z
  .strictObject({
    period: duration(
      "1s",
      "30d",
      "How long the next release must have served before the old model may go.",
    ).default("24h"),
    errorShare: amount(0, 1, "Share of requests that may fail while figures are taken.").default(0),
  })
  .prefault({})
  .meta({ description: "The time between switch and completion." });

export const migration = z
  .strictObject({
    parallel: whole(1, 16, "Chunks loaded at a time.").default(2),
    chunkRows: whole(100, 1_000_000, "Rows of a chunk at the start; adapted to the load.").default(5000),
    lockTimeout: duration(
      "100ms",
      "1m",
      "How long a change of the schema may wait for a lock before it tries again.",
    ).default("2s"),
    writeLatency: duration(
      "1ms",
      "10s",
      "Latency of the live system's writes above which loading slows down.",
    ).default("50ms"),
    slowdown: amount(
      1.1,
      100,
      "How many times as long small writes may take while rows are loaded or compared, which gives way beyond.",
    ).default(1.5),
    replicaLag: size("0KiB", "1TiB", "How far a replica may be behind before loading slows down.").default(
      "64MiB",
    ),
    memory: size("64MiB", "4GiB", "Memory of the migration Job.").default("256MiB"),
    timeLimit: duration("1m", "7d", "Time the migration may take in all.").default("12h"),
    reconcileInterval: duration(
      "1m",
      "24h",
      "How often a part of both models is compared while they are synchronised.",
    ).default("15m"),
    reconcileRows: whole(1000, 100_000_000, "Rows of that part; the next one begins where it ended.").default(
      500_000,
    ),
  })
  .prefault({})
  .meta({ description: "Loading and synchronising the new data model." });

const weekday = z.enum(
  ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
  "must be mon, tue, wed, thu, fri, sat or sun",
);

export const change = z
  .strictObject({
    ticket: text("Number of the change.").optional(),
    approver: text("Who approved the change; not the one who makes it.").optional(),
    staging: text(
      "Stack whose upgrade to the same release proves it, such as organization/order-upgrade/staging; production needs it.",
    ).optional(),
    proofAge: duration("1s", "90d", "A promotion older than this proves nothing.").default("14d"),
    differences: z
      .array(text("Path of a parameter or group, such as database.instanceClass."))
      .default([])
      .meta({
        description:
          "Parameters that may differ from the stack that proved the release. Names, addresses and identities may always.",
      }),
    calendar: text(
      "iCalendar file (RFC 5545) with further freezes: each event covers days on which nothing may change. Relative to the project's root.",
    ).optional(),
    timeZone: timeZone("Time zone of windows and freezes.").default("UTC"),
    windows: z
      .array(
        z.strictObject({
          days: z
            .array(weekday)
            .min(1, "must name at least one day")
            .meta({ description: "Days of the week." }),
          from: clock("Beginning."),
          to: clock("End; before the beginning: the next day."),
        }),
      )
      .default([])
      .meta({ description: "When a step that customers could notice may be taken; empty: at any time." }),
    freezes: z
      .array(
        z.strictObject({
          from: z.iso.date("must be a date such as 2026-11-20").meta({ description: "First day." }),
          to: z.iso.date("must be a date such as 2026-11-30").meta({ description: "Last day." }),
          reason: text("Why."),
        }),
      )
      .default([])
      .meta({ description: "Days on which nothing may change." }),
  })
  .prefault({})
  .meta({ description: "The change record." });
