import { z } from "zod";
import { duration, flag, region, size, text, whole } from "./fields";

export const backup = z
  .strictObject({
    dataSets: z
      .array(text("Name of a data set of the release."))
      .default([])
      .meta({ description: "Data sets of the logical export; empty: all of the release." }),
    parallel: whole(1, 8, "Streams of the export at a time.").default(2),
    sizeLimit: size("1MiB", "100TiB", "What an export may take in the bucket.").default("1TiB"),
    freshness: duration(
      "1m",
      "7d",
      "A backup or restore check older than this proves nothing for the switch.",
    ).default("24h"),
    interval: duration("1h", "7d", "How often the continuous protection takes a recovery point.").default(
      "24h",
    ),
    retention: whole(7, 3650, "Days for which recovery points and exports are kept.").default(35),
    lock: z
      .enum(["none", "governance", "compliance"], "must be none, governance or compliance")
      .default("governance")
      .meta({
        description:
          'Lock of the vault. compliance can be lifted by nobody, not even AWS, and needs confirm: "compliance lock".',
      }),
    copyRegion: region("Region that gets a copy of every recovery point.").optional(),
    restoreTest: flag("Whether AWS restores a recovery point every week and reports.").default(true),
  })
  .prefault({})
  .meta({ description: "Backups and their proof." });
