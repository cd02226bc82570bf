import type * as pulumi from "@pulumi/pulumi";
import { Identities } from "../../components/order-system/identities";
import { Modules } from "../../components/order-system/modules";
import { type Connection, NetworkPolicies } from "../../components/order-system/network-policies";
import { Release } from "../../components/order-system/release";
import type { ModuleArgs } from "../../components/order-system/types";
import { type Manifest, versionInNames } from "../../releases/manifest";
import { type Parameters, parameterAt } from "../parameters";
import type { Plan, ReleasePlan } from "../plan";
import { bytes, isDuration, isSize, milliseconds, seconds } from "../units";
import type { Data } from "./data";
import { DATABASE_PORT, type Platform } from "./platform";
import type { Settings } from "./settings";
import type { Timeline } from "./timeline";

/** The releases of the plan: what their modules need, their services and their workers. */
export function createReleases(
  settings: Settings,
  plan: Plan,
  platform: Platform,
  data: Data,
  timeline: Timeline,
): void {
  for (const release of plan.releases) {
    const manifest = settings.manifests[release.version];
    if (manifest !== undefined) createRelease(settings, manifest, release, platform, data, timeline);
  }
}

function createRelease(
  { parameters, databaseAuthority }: Settings,
  manifest: Manifest,
  plan: ReleasePlan,
  platform: Platform,
  data: Data,
  timeline: Timeline,
): void {
  const { version } = plan;
  const suffix = versionInNames(version);
  const modules = manifest.modules.map((module) => moduleArgs(parameters, manifest, module));
  const names = { namespace: platform.namespace, version };
  const release = new Release(
    `release-${suffix}`,
    {
      ...names,
      modules,
      secrets: {
        databaseUrl: data.urlOfRelease(version),
        sessionSecret: data.sessionSecret,
        databaseAuthority,
      },
      after: [platform.namespaceResource],
    },
    platform.inCluster,
  );
  new Identities(`identities-${suffix}`, {
    ...platform.common,
    ...names,
    clusterName: parameters.cluster.name,
    modules: manifest.modules.map(({ name }) => name),
    permissionsBoundary: parameters.security.permissionsBoundary,
  });
  new NetworkPolicies(
    `network-${suffix}`,
    {
      ...names,
      modules: manifest.modules,
      connections: connectionsOf(parameters, manifest),
      privateCidrs: parameters.network.privateCidrs,
      databasePort: DATABASE_PORT,
      after: [platform.namespaceResource],
    },
    platform.inCluster,
  );
  const create = (kind: "services" | "workers", state: "on" | "off"): pulumi.Resource[] => {
    const wanted = kind === "services" ? "service" : "worker";
    const made = new Modules(
      `${kind}-${suffix}`,
      {
        ...names,
        modules: modules.filter(({ module }) => module.kind === wanted),
        configMaps: release.configMaps,
        state,
        autoscaled: plan.autoscaled,
        ownAuthority: databaseAuthority !== undefined,
        preStopSeconds: seconds(parameters.cluster.preStop),
        minReadySeconds: seconds(parameters.cluster.minReady),
        after: [...release.resources, ...timeline.before(`${kind}:${version}`)],
      },
      platform.inCluster,
    );
    return [...made.resources];
  };
  timeline.reached(`services:${version}`, create("services", plan.services));
  timeline.reached(`workers:${version}`, create("workers", plan.workers));
}

function moduleArgs(
  parameters: Parameters,
  manifest: Manifest,
  module: Manifest["modules"][number],
): ModuleArgs {
  return {
    module,
    image: manifest.images[module.image]?.reference ?? "",
    configuration: Object.fromEntries(
      module.configuration.map(({ variable, parameter, unit }) => [
        variable,
        inUnit(parameterAt(parameters, parameter), unit),
      ]),
    ),
    replicas: Math.min(
      Math.max(module.replicas, leastOf(parameters, module)),
      parameters.cluster.maximumReplicas,
    ),
  };
}

/** In production no service goes away with one Pod or one node, whatever its manifest asks for. */
const leastOf = ({ environment }: Parameters, { kind }: Manifest["modules"][number]): number =>
  environment === "production" && kind === "service" ? 2 : 1;

/** The partners that modules of a release reach, as the stack's parameters describe them. */
const connectionsOf = (parameters: Parameters, manifest: Manifest): Record<string, Connection> =>
  Object.fromEntries(
    [...new Set(manifest.modules.flatMap(({ reaches }) => reaches))].map((name) => [
      name,
      parameterAt(parameters, `business.${name}`) as Connection,
    ]),
  );

/** A parameter as a module wants to read it. */
function inUnit(value: unknown, unit: "seconds" | "milliseconds" | "bytes" | "text"): string {
  if (unit === "seconds" && isDuration(value)) return String(seconds(value));
  if (unit === "milliseconds" && isDuration(value)) return String(milliseconds(value));
  if (unit === "bytes" && isSize(value)) return String(bytes(value));
  return String(value);
}
