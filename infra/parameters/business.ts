import { z } from "zod";
import { cidr, duration, matching, timeZone, url, whole } from "./fields";

const connection = {
  port: whole(1, 65_535, "Port of the connection, opened in the network rules.").default(443),
  cidrs: z
    .array(cidr("A block of the partner."))
    .default([])
    .meta({ description: "Addresses of the partner; empty: any address on the port." }),
  timeout: duration("100ms", "2m", "How long an answer may take.").default("10s"),
};

export const business = z
  .strictObject({
    currency: matching(/^[A-Z]{3}$/, "must be an ISO 4217 code such as EUR", "Currency of the shop.").default(
      "EUR",
    ),
    timeZone: timeZone("Time zone of the shop; times without zone in an old model are read in it.").default(
      "Europe/Berlin",
    ),
    orderTimeLimit: duration("1m", "30d", "How long an order may stay unpaid before it expires.").default(
      "30m",
    ),
    stockUpdateInterval: duration("100ms", "1h", "How often stock is brought up to date.").default("5s"),
    payment: z
      .strictObject({ url: url("Address of the payment provider."), ...connection })
      .meta({ description: "Connection to the payment provider." }),
    logistics: z
      .strictObject({
        url: url("Address of the carrier."),
        ...connection,
        pollInterval: duration("1s", "1d", "How often the carrier is asked for shipment events.").default(
          "1m",
        ),
      })
      .meta({ description: "Connection to the carrier." }),
  })
  .meta({ description: "How the shop does business." });
