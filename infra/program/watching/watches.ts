import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../../../components/database/database";
import type { LoadBalancer } from "../../../components/edge/load-balancer";
import type { Watch } from "../../../components/monitoring/alarms";
import type { SyntheticCustomer } from "../../../components/monitoring/synthetic-customer";
import { bytes, seconds } from "../../units";
import type { Settings } from "../settings";

/** Everything CloudWatch measures that tells something about the order system, with its threshold. */
export function watchesOf(
  settings: Settings,
  database: Database,
  loadBalancer: LoadBalancer,
  customer: SyntheticCustomer | undefined,
): Watch[] {
  return [
    ...edgeWatches(settings, loadBalancer),
    ...databaseWatches(settings, database),
    ...customerWatches(customer),
  ];
}

function edgeWatches({ parameters }: Settings, loadBalancer: LoadBalancer): Watch[] {
  const { monitoring } = parameters;
  const common = {
    namespace: "AWS/ApplicationELB",
    dimensions: { LoadBalancer: loadBalancer.resource.arnSuffix },
    comparison: "above",
    release: true,
  } as const;
  return [
    {
      ...common,
      key: "errors",
      description: "Share of requests answered with an error by the release",
      metric: "HTTPCode_Target_5XX_Count",
      shareOf: "RequestCount",
      statistic: "Sum",
      threshold: monitoring.errorShare,
    },
    {
      ...common,
      key: "response-time",
      description: "Response time of 99 in 100 requests, seconds",
      metric: "TargetResponseTime",
      statistic: "p99",
      threshold: seconds(monitoring.responseTime),
    },
    {
      ...common,
      key: "no-target",
      description: "Requests that no Pod could take",
      metric: "HTTPCode_ELB_5XX_Count",
      statistic: "Sum",
      threshold: 0,
      // The load balancer reports nothing at all while all is well.
      release: false,
    },
  ];
}

function databaseWatches({ parameters }: Settings, database: Database): Watch[] {
  const { monitoring } = parameters;
  const common = {
    namespace: "AWS/RDS",
    dimensions: { DBInstanceIdentifier: database.identifier },
    statistic: "Average",
  } as const;
  return [
    {
      ...common,
      key: "database-processor",
      description: "Load of the database's processor, percent",
      metric: "CPUUtilization",
      comparison: "above",
      threshold: monitoring.processorShare * 100,
      release: true,
    },
    {
      ...common,
      key: "database-memory",
      description: "Free memory of the database, bytes",
      metric: "FreeableMemory",
      comparison: "below",
      threshold: bytes(monitoring.freeMemory),
      release: false,
    },
    {
      ...common,
      key: "database-storage",
      description: "Free storage of the database, bytes",
      metric: "FreeStorageSpace",
      comparison: "below",
      threshold: bytes(monitoring.freeStorage),
      release: true,
    },
    {
      ...common,
      key: "database-connections",
      description: "Connections to the database",
      metric: "DatabaseConnections",
      comparison: "above",
      threshold: monitoring.connections,
      release: true,
    },
    {
      ...common,
      key: "database-write-latency",
      description: "Latency of writes, seconds",
      metric: "WriteLatency",
      comparison: "above",
      threshold: seconds(parameters.migration.writeLatency),
      release: false,
    },
  ];
}

const customerWatches = (customer: SyntheticCustomer | undefined): Watch[] =>
  Object.entries(customer?.checks ?? {}).map(([key, id]) => ({
    key: `customer-${key}`,
    description: `The synthetic customer sees the shop (${key})`,
    namespace: "AWS/Route53",
    metric: "HealthCheckStatus",
    dimensions: { HealthCheckId: pulumi.output(id) },
    statistic: "Minimum",
    comparison: "below",
    threshold: 1,
    release: true,
  }));
