import { z } from "zod";
import { arn, duration, flag, host, matching, text, url, whole } from "./fields";

export const edge = z
  .strictObject({
    host: host("Name under which customers reach the shop."),
    previewHost: host("Name under which operators reach the next release before customers do."),
    publicUrl: url(
      "Address the proofs use; default: https:// and the host. A rehearsal sets it where the host does not resolve.",
    ).optional(),
    certificateArn: arn("acm", "Certificate for both names."),
    zoneId: matching(
      /^Z[A-Z0-9]+$/,
      "must be a Route 53 zone such as Z0123456789ABC",
      "Zone in which both names are made.",
    ).optional(),
    weight: whole(0, 100, "Percent of customers on the next release in phase live.").default(100),
    canary: z
      .array(whole(1, 100, "Percent of customers."))
      .min(1, "must have at least one step")
      .default([10, 50, 100])
      .meta({
        description:
          "Shares of customers on the way into live, growing, the last 100. Between two of them every layer must be well.",
      }),
    tlsPolicy: matching(
      /^ELBSecurityPolicy-TLS13-/,
      "must be a TLS 1.3 policy such as ELBSecurityPolicy-TLS13-1-2-2021-06",
      "Security policy of the listener.",
    ).default("ELBSecurityPolicy-TLS13-1-2-2021-06"),
    deregistrationDelay: duration("0s", "1h", "Time a leaving Pod has for the requests it has.").default(
      "30s",
    ),
    balancing: z
      .enum(
        ["least_outstanding_requests", "round_robin"],
        "must be least_outstanding_requests or round_robin",
      )
      .default("least_outstanding_requests")
      .meta({ description: "How the load balancer chooses a Pod." }),
    slowStart: duration(
      "0s",
      "15m",
      "Time over which a new Pod's share of requests grows; 0s or at least 30s, and then balancing is round_robin.",
    ).default("0s"),
    idleTimeout: duration("1s", "1h", "A connection without traffic is closed after this.").default("60s"),
    rateLimit: whole(100, 20_000_000, "Requests an address may make in five minutes.").default(20_000),
    firewall: flag("Whether a web firewall stands before the load balancer.").default(true),
    deletionProtection: flag("Whether AWS refuses to delete the load balancer.").default(true),
    maintenance: z
      .strictObject({
        title: text("Heading of the maintenance page.").default("We will be back shortly"),
        message: text("Text of the maintenance page.").default(
          "Our shop is being improved. Your orders are safe. Please try again in a few minutes.",
        ),
        retryAfter: duration("1s", "1d", "When customers are asked to come back.").default("10m"),
      })
      .prefault({})
      .meta({ description: "The maintenance page." }),
  })
  .meta({ description: "Where customers come in." });
