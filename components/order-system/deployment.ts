import type * as kubernetes from "@pulumi/kubernetes";
import { AUTHORITY_FILE, AUTHORITY_FOLDER } from "../database/settings";
import { labelsOf, RESTRICTED_CONTAINER, RESTRICTED_POD, WRITABLE_MOUNT, writableVolume } from "../frame/pod";
import { moduleName, releaseSecretName, selectorOf } from "./names";
import type { ModuleArgs, ModulesArgs } from "./types";

type DeploymentSpec = kubernetes.types.input.apps.v1.DeploymentSpec;

/** Seconds in which a rollout must get on, else it has failed. */
const PROGRESS_DEADLINE = 300;

const AUTHORITY = "database-authority";
const readsAuthority = ({ ownAuthority }: ModulesArgs, { module }: ModuleArgs): boolean =>
  ownAuthority && module.database;

export function deploymentSpec(args: ModulesArgs, one: ModuleArgs): DeploymentSpec {
  const { module } = one;
  const selector = selectorOf(module.name, args.version);
  const preStop = module.kind === "service" ? args.preStopSeconds : 0;
  return {
    replicas: args.state === "on" ? one.replicas : 0,
    revisionHistoryLimit: 3,
    minReadySeconds: args.minReadySeconds,
    progressDeadlineSeconds: PROGRESS_DEADLINE,
    selector: { matchLabels: selector },
    strategy:
      module.kind === "worker"
        ? // Two generations of a worker at work would take the same order twice as often.
          { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }
        : { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    template: {
      metadata: {
        labels: { ...labelsOf(module.name, args.version), "order-upgrade.dev/role": module.kind },
      },
      spec: {
        ...RESTRICTED_POD,
        serviceAccountName: moduleName(module.name, args.version),
        terminationGracePeriodSeconds: preStop + module.graceSeconds,
        topologySpreadConstraints: spread(selector),
        containers: [container(args, one, preStop)],
        volumes: [
          writableVolume(),
          ...(readsAuthority(args, one)
            ? [
                {
                  name: AUTHORITY,
                  secret: {
                    secretName: releaseSecretName(args.version),
                    items: [{ key: AUTHORITY_FILE, path: AUTHORITY_FILE }],
                  },
                },
              ]
            : []),
        ],
      },
    },
  };
}

function container(
  args: ModulesArgs,
  one: ModuleArgs,
  preStop: number,
): kubernetes.types.input.core.v1.Container {
  const { module, image } = one;
  const secret = releaseSecretName(args.version);
  const fromSecret = (name: string) => ({ name, valueFrom: { secretKeyRef: { name: secret, key: name } } });
  const probe = (path: string) => ({ httpGet: { path, port: "http" }, timeoutSeconds: 2 });
  return {
    ...RESTRICTED_CONTAINER,
    name: module.name,
    image,
    args: [...module.arguments],
    ports: [{ name: "http", containerPort: module.port, protocol: "TCP" }],
    envFrom: [{ configMapRef: { name: args.configMaps[module.name] ?? "" } }],
    env: [
      { name: "PORT", value: String(module.port) },
      ...(module.database ? [fromSecret("DATABASE_URL")] : []),
      fromSecret("SESSION_SECRET"),
    ],
    resources: module.resources,
    startupProbe: { ...probe(module.probes.liveness), periodSeconds: 1, failureThreshold: 60 },
    readinessProbe: { ...probe(module.probes.readiness), periodSeconds: 2, failureThreshold: 2 },
    livenessProbe: { ...probe(module.probes.liveness), periodSeconds: 10, failureThreshold: 3 },
    ...(preStop > 0 ? { lifecycle: { preStop: { sleep: { seconds: preStop } } } } : {}),
    volumeMounts: [
      WRITABLE_MOUNT,
      ...(readsAuthority(args, one)
        ? [{ name: AUTHORITY, mountPath: AUTHORITY_FOLDER, readOnly: true }]
        : []),
    ],
  };
}

const spread = (matchLabels: Record<string, string>) =>
  ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels },
  }));
