import { z } from "zod";
import { duration, flag, matching, size, text, whole } from "./fields";

const identifier = matching(
  /^[a-z][a-z0-9-]{0,40}$/,
  "must be lower case letters, digits and dashes",
  "Identifier of the instance; default: orders- and the stack's name. A change replaces the database.",
);

const window = (description: string) =>
  matching(
    /^(mon|tue|wed|thu|fri|sat|sun):\d\d:\d\d-(mon|tue|wed|thu|fri|sat|sun):\d\d:\d\d$/,
    "must be a window such as sun:03:00-sun:04:00",
    description,
  );

export const database = z
  .strictObject({
    kind: z.enum(["create", "adopt"], "must be create or adopt").default("create").meta({
      description: "Whether this stack makes the instance or takes over an existing one by its identifier.",
    }),
    identifier: identifier.optional(),
    name: matching(
      /^[a-z][a-z0-9_]{0,30}$/,
      "must be lower case letters, digits and underscores",
      "Name of the database in the instance. A change replaces the database.",
    ).default("orders"),
    engineVersion: matching(
      /^\d+\.\d+$/,
      "must be MAJOR.MINOR such as 17.5",
      "PostgreSQL version. A major step restarts the database and is taken in two updates.",
    ).default("17.5"),
    allowMajorUpgrade: flag("Set for the one update that takes a major step of engineVersion.").default(
      false,
    ),
    instanceClass: matching(
      /^db\.[a-z0-9]+\.[a-z0-9]+$/,
      "must be a class such as db.r7g.large",
      "Size of the instance. A change restarts it with a failover.",
    ).default("db.r7g.large"),
    storage: size(
      "20GiB",
      "64TiB",
      "Storage at the start. Grows in place; shrinking replaces the database.",
    ).default("100GiB"),
    storageLimit: size("20GiB", "64TiB", "Storage that automatic growth may reach.").default("500GiB"),
    storageType: z
      .enum(["gp3", "io2"], "must be gp3 or io2")
      .default("gp3")
      .meta({ description: "Storage class." }),
    iops: whole(
      3000,
      256_000,
      "Input/output operations a second. gp3 below 400GiB has 3000 and takes no other value.",
    ).optional(),
    multiZone: flag("Whether a standby in a second zone takes over when the instance fails.").default(true),
    backupRetention: whole(1, 35, "Days for which the instance can be set back to any second.").default(14),
    backupWindow: matching(
      /^\d\d:\d\d-\d\d:\d\d$/,
      "must be a window such as 01:00-02:00",
      "When the daily snapshot is taken, UTC.",
    ).default("01:00-02:00"),
    maintenanceWindow: window("When AWS may maintain the instance, UTC.").default("sun:03:00-sun:04:00"),
    statementLimit: duration(
      "1s",
      "1h",
      "A statement of the order system that runs longer is cancelled.",
    ).default("30s"),
    slowQuery: duration("10ms", "1m", "A query that takes longer is logged.").default("500ms"),
    deletionProtection: flag("Whether AWS refuses to delete the instance.").default(true),
    certificates: text(
      "File with the certificates of the database's authority (PEM), relative to the project's root; absent: the images trust it already.",
    ).optional(),
  })
  .prefault({})
  .meta({ description: "The PostgreSQL instance." });
