import { z } from "zod";
import { amount, duration, email, flag, schedule, size, whole } from "./fields";

export const monitoring = z
  .strictObject({
    receivers: z.array(email("An address.")).default([]).meta({ description: "People who get alarms." }),
    period: duration(
      "10s",
      "1h",
      "Length of a measuring period; 10, 20 or 30 seconds, or whole minutes.",
    ).default("1m"),
    periods: whole(1, 60, "Periods in a row that must be bad before an alarm.").default(3),
    errorShare: amount(0, 1, "Share of requests answered with an error of the server.").default(0.01),
    responseTime: duration("10ms", "1m", "Response time of 99 in 100 requests.").default("1s"),
    processorShare: amount(0.1, 1, "Load of the database's processor.").default(0.8),
    freeMemory: size("64MiB", "1TiB", "Memory the database must have free.").default("512MiB"),
    freeStorage: size("1GiB", "64TiB", "Storage the database must have free.").default("20GiB"),
    connections: whole(1, 100_000, "Connections to the database that may be in use.").default(400),
    stockLag: duration("1s", "1h", "Age of the oldest stock change not yet applied.").default("30s"),
    ordersMinimum: whole(
      0,
      1_000_000,
      "Orders in five minutes below which something is wrong; 0: not watched.",
    ).default(0),
    prometheus: flag("Whether the cluster has the Prometheus operator; makes monitors and rules.").default(
      true,
    ),
    syntheticCustomer: flag("Whether a synthetic customer visits the shop every minute.").default(true),
    logRetention: whole(30, 3650, "Days for which logs are kept.").default(365),
    report: schedule("When the report to management is written, in UTC.").default("0 6 * * 1"),
  })
  .prefault({})
  .meta({ description: "Thresholds, receivers and reports." });
