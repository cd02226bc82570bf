import type { Container, PodSpec, Volume } from "../types/pod";

export type Level = "privileged" | "baseline" | "restricted";

export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

type Check = (spec: PodSpec, containers: readonly Container[]) => Violation | undefined;

const SAFE_CAPABILITIES = new Set([
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"],
  ...["SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
]);
const SAFE_SYSCTLS = new Set([
  ...[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
  ],
  ...[
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
  ],
  ...["net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"],
  ...["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"],
]);
const SAFE_VOLUMES = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);
const SAFE_SELINUX = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/** What a pod does that its level forbids, in the order of the API's own checks. */
export function violations(level: Level, spec: PodSpec): Violation[] {
  if (level === "privileged") return [];
  const containers = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  const checks =
    level === "baseline"
      ? [...BASELINE, baselineCapabilities, baselineSeccomp]
      : [...BASELINE, ...RESTRICTED];
  return checks.flatMap((check) => check(spec, containers) ?? []);
}

const hostNamespaces: Check = ({ hostNetwork, hostPID, hostIPC }) => {
  const used = Object.entries({ hostNetwork, hostPID, hostIPC }).filter(([, value]) => value === true);
  return used.length === 0
    ? undefined
    : { reason: "host namespaces", detail: used.map(([name]) => `${name}=true`).join(", ") };
};

const hostPaths: Check = ({ volumes = [] }) => {
  const names = volumes.filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  return names.length === 0
    ? undefined
    : { reason: "hostPath volumes", detail: `${plural("volume", names)} ${quoted(names)}` };
};

const hostPorts: Check = (_spec, containers) => {
  const found = containers.filter(({ ports = [] }) => ports.some(({ hostPort }) => (hostPort ?? 0) !== 0));
  if (found.length === 0) return undefined;
  const ports = [
    ...new Set(found.flatMap((each) => (each.ports ?? []).flatMap(({ hostPort }) => hostPort || []))),
  ].sort((a, b) => a - b);
  return {
    reason: "hostPort",
    detail: `${named(found)} ${found.length === 1 ? "uses" : "use"} ${ports.length === 1 ? "hostPort" : "hostPorts"} ${ports.join(", ")}`,
  };
};

const privileged: Check = (_spec, containers) => {
  const found = containers.filter(({ securityContext }) => securityContext?.privileged === true);
  return found.length === 0
    ? undefined
    : { reason: "privileged", detail: `${named(found)} must not set securityContext.privileged=true` };
};

const procMount: Check = (_spec, containers) => {
  const found = containers.filter(
    ({ securityContext }) => (securityContext?.procMount ?? "Default") !== "Default",
  );
  if (found.length === 0) return undefined;
  const values = [...new Set(found.map(({ securityContext }) => securityContext?.procMount ?? ""))];
  return {
    reason: "procMount",
    detail: `${named(found)} must not set securityContext.procMount to ${quoted(values)}`,
  };
};

const appArmor: Check = ({ securityContext }, containers) => {
  const found = containers.filter((each) => each.securityContext?.appArmorProfile?.type === "Unconfined");
  const pod = securityContext?.appArmorProfile?.type === "Unconfined";
  if (found.length === 0 && !pod) return undefined;
  const who = [...(pod ? ["pod"] : []), ...(found.length > 0 ? [named(found)] : [])].join(" and ");
  return {
    reason: "forbidden AppArmor profile",
    detail: `${who} must not set AppArmor profile type to "Unconfined"`,
  };
};

const seLinux: Check = ({ securityContext }, containers) => {
  const contexts = [securityContext, ...containers.map((each) => each.securityContext)].map(
    (each) => each?.seLinuxOptions,
  );
  const types = contexts.flatMap((each) =>
    each?.type === undefined || SAFE_SELINUX.includes(each.type) ? [] : [each.type],
  );
  const custom = contexts.some((each) => Boolean(each?.user) || Boolean(each?.role));
  if (types.length === 0 && !custom) return undefined;
  const details = [
    ...(types.length > 0 ? [`type ${quoted([...new Set(types)])}`] : []),
    ...(custom ? ["user or role may not be set"] : []),
  ];
  return {
    reason: "seLinuxOptions",
    detail: `pod or containers set forbidden securityContext.seLinuxOptions: ${details.join("; ")}`,
  };
};

const sysctls: Check = ({ securityContext }) => {
  const names = (securityContext?.sysctls ?? [])
    .map(({ name }) => name)
    .filter((name) => !SAFE_SYSCTLS.has(name));
  return names.length === 0 ? undefined : { reason: "forbidden sysctls", detail: names.join(", ") };
};

const hostProcess: Check = ({ securityContext }, containers) => {
  const found = containers.filter((each) => each.securityContext?.windowsOptions?.hostProcess === true);
  const pod = securityContext?.windowsOptions?.hostProcess === true;
  if (found.length === 0 && !pod) return undefined;
  const who = [...(pod ? ["pod"] : []), ...(found.length > 0 ? [named(found)] : [])].join(" and ");
  return {
    reason: "hostProcess",
    detail: `${who} must not set securityContext.windowsOptions.hostProcess=true`,
  };
};

const hostProbes: Check = (_spec, containers) => {
  const found = containers.filter(({ livenessProbe, readinessProbe, startupProbe, lifecycle }) =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.preStop, lifecycle?.postStart].some(
      (each) => Boolean(each?.httpGet?.host) || Boolean(each?.tcpSocket?.host),
    ),
  );
  return found.length === 0
    ? undefined
    : {
        reason: "probe or lifecycle host",
        detail: `${named(found)} must not set host in probes or lifecycle handlers`,
      };
};

const baselineCapabilities: Check = (_spec, containers) => {
  const bad = (each: Container): string[] =>
    (each.securityContext?.capabilities?.add ?? []).filter((name) => !SAFE_CAPABILITIES.has(name));
  const found = containers.filter((each) => bad(each).length > 0);
  if (found.length === 0) return undefined;
  const names = [...new Set(found.flatMap(bad))].sort();
  return {
    reason: "non-default capabilities",
    detail: `${named(found)} must not include ${quoted(names)} in securityContext.capabilities.add`,
  };
};

const baselineSeccomp: Check = ({ securityContext }, containers) => {
  const found = containers.filter((each) => each.securityContext?.seccompProfile?.type === "Unconfined");
  const pod = securityContext?.seccompProfile?.type === "Unconfined";
  if (found.length === 0 && !pod) return undefined;
  const who = [...(pod ? ["pod"] : []), ...(found.length > 0 ? [named(found)] : [])].join(" and ");
  return {
    reason: "seccompProfile",
    detail: `${who} must not set securityContext.seccompProfile.type to "Unconfined"`,
  };
};

const escalation: Check = (_spec, containers) => {
  const found = containers.filter(
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  );
  if (found.length === 0) return undefined;
  return {
    reason: "allowPrivilegeEscalation != false",
    detail: `${named(found)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

const restrictedCapabilities: Check = (_spec, containers) => {
  const undropped = containers.filter(
    (each) => !(each.securityContext?.capabilities?.drop ?? []).includes("ALL"),
  );
  const bad = (each: Container): string[] =>
    (each.securityContext?.capabilities?.add ?? []).filter((name) => name !== "NET_BIND_SERVICE");
  const adding = containers.filter((each) => bad(each).length > 0);
  const details: string[] = [];
  if (undropped.length > 0)
    details.push(`${named(undropped)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) {
    const names = [...new Set(adding.flatMap(bad))].sort();
    details.push(`${named(adding)} must not include ${quoted(names)} in securityContext.capabilities.add`);
  }
  return details.length === 0
    ? undefined
    : { reason: "unrestricted capabilities", detail: details.join("; ") };
};

const restrictedVolumes: Check = ({ volumes = [] }) => {
  const kind = (volume: Volume): string =>
    Object.keys(volume).find((key) => key !== "name" && volume[key] !== undefined) ?? "";
  const bad = volumes.filter((volume) => !SAFE_VOLUMES.has(kind(volume)));
  if (bad.length === 0) return undefined;
  const kinds = [...new Set(bad.map(kind))].sort();
  const names = bad.map(({ name }) => name);
  const verb = bad.length === 1 ? "uses" : "use";
  return {
    reason: "restricted volume types",
    detail: `${plural("volume", names)} ${quoted(names)} ${verb} restricted volume ${plural("type", kinds)} ${quoted(kinds)}`,
  };
};

const nonRoot: Check = ({ securityContext }, containers) => {
  const refusing = containers.filter((each) => each.securityContext?.runAsNonRoot === false);
  const silent = containers.filter((each) => each.securityContext?.runAsNonRoot === undefined);
  const pod = securityContext?.runAsNonRoot;
  const refused = [...(pod === false ? ["pod"] : []), ...(refusing.length > 0 ? [named(refusing)] : [])];
  if (refused.length > 0) {
    return {
      reason: "runAsNonRoot != true",
      detail: `${refused.join(" and ")} must not set securityContext.runAsNonRoot=false`,
    };
  }
  if (pod === true || silent.length === 0) return undefined;
  return {
    reason: "runAsNonRoot != true",
    detail: `pod or ${named(silent)} must set securityContext.runAsNonRoot=true`,
  };
};

const rootUser: Check = ({ securityContext }, containers) => {
  const found = containers.filter((each) => each.securityContext?.runAsUser === 0);
  const pod = securityContext?.runAsUser === 0;
  if (found.length === 0 && !pod) return undefined;
  const who = [...(pod ? ["pod"] : []), ...(found.length > 0 ? [named(found)] : [])].join(" and ");
  return { reason: "runAsUser=0", detail: `${who} must not set runAsUser=0` };
};

const restrictedSeccomp: Check = ({ securityContext }, containers) => {
  const fine = (type: string | undefined): boolean => type === "RuntimeDefault" || type === "Localhost";
  const pod = securityContext?.seccompProfile?.type;
  const bad = containers.filter(
    (each) =>
      each.securityContext?.seccompProfile !== undefined && !fine(each.securityContext.seccompProfile.type),
  );
  const silent = containers.filter((each) => each.securityContext?.seccompProfile === undefined);
  const refused = [
    ...(pod !== undefined && !fine(pod) ? ["pod"] : []),
    ...(bad.length > 0 ? [named(bad)] : []),
  ];
  if (refused.length > 0) {
    return {
      reason: "seccompProfile",
      detail: `${refused.join(" and ")} must not set securityContext.seccompProfile.type to "Unconfined"`,
    };
  }
  if (fine(pod) || silent.length === 0) return undefined;
  return {
    reason: "seccompProfile",
    detail: `pod or ${named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};

const BASELINE: readonly Check[] = [
  appArmor,
  hostNamespaces,
  hostPaths,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinux,
  sysctls,
  hostProcess,
];
const RESTRICTED: readonly Check[] = [
  escalation,
  restrictedCapabilities,
  restrictedVolumes,
  nonRoot,
  rootUser,
  restrictedSeccomp,
];

function named(containers: readonly Container[]): string {
  const names = containers.map(({ name }) => name);
  return `${plural("container", names)} ${quoted(names)}`;
}

function plural(word: string, list: readonly unknown[]): string {
  return list.length === 1 ? word : `${word}s`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}
