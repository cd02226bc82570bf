import type * as pulumi from "@pulumi/pulumi";
import { Firewall } from "../../components/edge/firewall";
import { LoadBalancer } from "../../components/edge/load-balancer";
import { maintenancePage } from "../../components/edge/maintenance-page";
import { PublicNames } from "../../components/edge/names";
import { Routes } from "../../components/edge/routes";
import { Targets } from "../../components/edge/targets";
import type { After } from "../../components/frame/component";
import { versionInNames } from "../../releases/manifest";
import type { Plan, RoutePlan } from "../plan";
import { seconds } from "../units";
import type { Platform } from "./platform";
import type { Settings } from "./settings";
import type { Timeline } from "./timeline";

export interface Edge {
  readonly loadBalancer: LoadBalancer;
  readonly publicUrl: string;
  readonly previewUrl: string;
}

/** Where customers come in: the load balancer, the target groups of each release, and the rules that share customers out. */
export function createEdge(settings: Settings, plan: Plan, platform: Platform, timeline: Timeline): Edge {
  const { edge, network } = settings.parameters;
  const loadBalancer = new LoadBalancer("edge", {
    ...platform.common,
    subnetIds: network.publicSubnetIds,
    securityGroupId: platform.securityGroups.edgeId,
    certificateArn: edge.certificateArn,
    tlsPolicy: edge.tlsPolicy,
    idleTimeoutSeconds: seconds(edge.idleTimeout),
    deletionProtection: edge.deletionProtection,
    logBucket: platform.logs.bucket,
  });
  const targets = new Map(
    plan.releases
      .filter(({ services }) => services === "on")
      .map(({ version }) => [version, createTargets(settings, version, platform, timeline)]),
  );
  const page = maintenancePage({
    ...edge.maintenance,
    retryAfterSeconds: seconds(edge.maintenance.retryAfter),
  });
  const rules = (routes: readonly RoutePlan[]) =>
    routes.map(({ forwards, ...route }) => ({
      ...route,
      forwards: forwards.map(({ release, module, weight }) => ({
        targetGroupArn: targets.get(release)?.arns[module] ?? "",
        weight,
      })),
    }));
  const shared = { ...platform.common, listenerArn: loadBalancer.listener.arn, maintenancePage: page };
  const bound = [...targets.values()].flatMap(({ resources }) => resources);
  const before = [...bound, ...timeline.before("routes")];
  // The firewall's page carries Retry-After, the rules' does not: it comes up before them, and goes when they lead somewhere.
  const raised = plan.page ? createFirewall(settings, plan, platform, loadBalancer, page, before) : [];
  const customers = new Routes("customers", {
    ...shared,
    routes: rules(plan.routes),
    after: [...before, ...raised],
  });
  const lowered = plan.page
    ? []
    : createFirewall(settings, plan, platform, loadBalancer, page, [...customers.resources]);
  timeline.reached("routes", [...customers.resources, ...raised, ...lowered]);
  const preview = new Routes("preview", {
    ...shared,
    routes: rules(plan.previewRoutes),
    host: edge.previewHost,
    after: [...bound, ...timeline.before("preview")],
  });
  timeline.reached("preview", [...preview.resources]);
  if (edge.zoneId !== undefined) {
    new PublicNames("names", {
      zoneId: edge.zoneId,
      hosts: [edge.host, edge.previewHost],
      loadBalancerDnsName: loadBalancer.dnsName,
      loadBalancerZoneId: loadBalancer.resource.zoneId,
    });
  }
  return {
    loadBalancer,
    publicUrl: edge.publicUrl ?? `https://${edge.host}`,
    previewUrl: `https://${edge.previewHost}`,
  };
}

function createFirewall(
  settings: Settings,
  plan: Plan,
  platform: Platform,
  loadBalancer: LoadBalancer,
  page: string,
  after: After,
): readonly pulumi.Resource[] {
  const { edge, monitoring } = settings.parameters;
  if (!edge.firewall) return [];
  const firewall = new Firewall("edge", {
    ...platform.common,
    loadBalancerArn: loadBalancer.resource.arn,
    rateLimit: edge.rateLimit,
    maintenance: plan.page ? { page, retryAfterSeconds: seconds(edge.maintenance.retryAfter) } : undefined,
    previewHost: edge.previewHost,
    keyArn: platform.key.arn,
    logRetentionDays: monitoring.logRetention,
    after,
  });
  return firewall.resources;
}

function createTargets(settings: Settings, version: string, platform: Platform, timeline: Timeline): Targets {
  const { edge, network } = settings.parameters;
  const modules = settings.manifests[version]?.modules ?? [];
  return new Targets(
    `targets-${versionInNames(version)}`,
    {
      ...platform.common,
      namespace: platform.namespace,
      version,
      vpcId: network.vpcId,
      modules: modules
        .filter((module) => module.public.length > 0)
        .map(({ name, port, probes }) => ({ name, port, healthPath: probes.readiness })),
      deregistrationDelaySeconds: seconds(edge.deregistrationDelay),
      slowStartSeconds: seconds(edge.slowStart),
      balancing: edge.balancing,
      after: timeline.made(`services:${version}`),
    },
    platform.inCluster,
  );
}
