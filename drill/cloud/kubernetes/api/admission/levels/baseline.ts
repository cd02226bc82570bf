import type { Container, SecurityContext } from "../../types/pod";
import { type Check, contexts, distinct, named, plural, quoted, setters } from "./check";

const CAPABILITIES = new Set([
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"],
  ...["SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
]);
/** Kernel settings that stay within the pod, each with the minor version that allowed it. */
const SETTINGS: Readonly<Record<string, number | undefined>> = {
  "kernel.shm_rmid_forced": 0,
  "net.ipv4.ip_local_port_range": 0,
  "net.ipv4.tcp_syncookies": 0,
  "net.ipv4.ping_group_range": 0,
  "net.ipv4.ip_unprivileged_port_start": 0,
  "net.ipv4.ip_local_reserved_ports": 27,
  "net.ipv4.tcp_keepalive_time": 29,
  "net.ipv4.tcp_fin_timeout": 29,
  "net.ipv4.tcp_keepalive_intvl": 29,
  "net.ipv4.tcp_keepalive_probes": 29,
  "net.ipv4.tcp_rmem": 32,
  "net.ipv4.tcp_wmem": 32,
};
const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t"];
const APP_ARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";

const appArmorProfile: Check = {
  name: "appArmorProfile",
  since: 0,
  run(subject) {
    const bad = ({ appArmorProfile: profile }: SecurityContext): boolean =>
      profile !== undefined && !["RuntimeDefault", "Localhost"].includes(profile.type);
    const annotations = Object.entries(subject.annotations)
      .filter(
        ([key, value]) =>
          key.startsWith(APP_ARMOR_ANNOTATION) && !/^$|^runtime\/default$|^localhost\//.test(value),
      )
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      .sort();
    const who = [
      setters(subject, bad),
      annotations.length > 0 ? plural("annotation", annotations) : undefined,
    ].filter((each) => each !== undefined);
    if (who.length === 0) return undefined;
    const types = distinct(
      contexts(subject)
        .filter(bad)
        .map((each) => each.appArmorProfile?.type),
    );
    const values = [...types, ...annotations];
    return {
      reason: plural("forbidden AppArmor profile", values),
      detail: `${who.join(" and ")} must not set AppArmor profile type to ${quoted(values)}`,
    };
  },
};

const capabilities: Check = {
  name: "capabilities_baseline",
  since: 0,
  run({ containers }) {
    const bad = ({ securityContext }: Container): string[] =>
      (securityContext?.capabilities?.add ?? []).filter((name) => !CAPABILITIES.has(name));
    const found = containers.filter((each) => bad(each).length > 0);
    if (found.length === 0) return undefined;
    return {
      reason: "non-default capabilities",
      detail: `${named(found)} must not include ${quoted(distinct(found.flatMap(bad)))} in securityContext.capabilities.add`,
    };
  },
};

const hostNamespaces: Check = {
  name: "hostNamespaces",
  since: 0,
  run({ spec: { hostNetwork, hostPID, hostIPC } }) {
    const used = Object.entries({ hostNetwork, hostPID, hostIPC }).filter(([, value]) => value === true);
    if (used.length === 0) return undefined;
    return { reason: "host namespaces", detail: used.map(([name]) => `${name}=true`).join(", ") };
  },
};

const hostPathVolumes: Check = {
  name: "hostPathVolumes",
  since: 0,
  run({ spec: { volumes = [] } }) {
    const names = volumes.filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
    if (names.length === 0) return undefined;
    return { reason: "hostPath volumes", detail: `${plural("volume", names)} ${quoted(names)}` };
  },
};

const hostPorts: Check = {
  name: "hostPorts",
  since: 0,
  run({ containers }) {
    const used = ({ ports = [] }: Container): string[] =>
      ports.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
    const found = containers.filter((each) => used(each).length > 0);
    if (found.length === 0) return undefined;
    const ports = distinct(found.flatMap(used));
    const verb = found.length === 1 ? "uses" : "use";
    return {
      reason: "hostPort",
      detail: `${named(found)} ${verb} ${plural("hostPort", ports)} ${ports.join(", ")}`,
    };
  },
};

const hostProbes: Check = {
  name: "hostProbesAndHostLifecycle",
  since: 34,
  run({ containers }) {
    const hosts = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): string[] =>
      [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap(
        (each) =>
          [each?.httpGet?.host, each?.tcpSocket?.host].filter((host) => host !== undefined && host !== ""),
      ) as string[];
    const found = containers.filter((each) => hosts(each).length > 0);
    if (found.length === 0) return undefined;
    const names = distinct(found.flatMap(hosts));
    const verb = found.length === 1 ? "uses" : "use";
    return {
      reason: "probe or lifecycle host",
      detail: `${plural("container", found)} ${quoted(distinct(found.map(({ name }) => name)))} ${verb} ${plural("probe or lifecycle host", names)} ${quoted(names)}`,
    };
  },
};

const privileged: Check = {
  name: "privileged",
  since: 0,
  run({ containers }) {
    const found = containers.filter(({ securityContext }) => securityContext?.privileged === true);
    if (found.length === 0) return undefined;
    return { reason: "privileged", detail: `${named(found)} must not set securityContext.privileged=true` };
  },
};

const procMount: Check = {
  name: "procMount",
  since: 0,
  run({ containers }) {
    const found = containers.filter(
      ({ securityContext }) => (securityContext?.procMount ?? "Default") !== "Default",
    );
    if (found.length === 0) return undefined;
    const values = distinct(found.map(({ securityContext }) => securityContext?.procMount));
    return {
      reason: "procMount",
      detail: `${named(found)} must not set securityContext.procMount to ${quoted(values)}`,
    };
  },
};

const seLinuxOptions: Check = {
  name: "seLinuxOptions",
  since: 0,
  run(subject) {
    const allowed = subject.minor >= 31 ? [...SELINUX_TYPES, "container_engine_t"] : SELINUX_TYPES;
    const badType = ({ seLinuxOptions: options }: SecurityContext): boolean =>
      options !== undefined && !allowed.includes(options.type ?? "");
    const bad = (context: SecurityContext): boolean =>
      badType(context) || Boolean(context.seLinuxOptions?.user) || Boolean(context.seLinuxOptions?.role);
    const who = setters(subject, bad);
    if (who === undefined) return undefined;
    const all = contexts(subject);
    const types = distinct(all.filter(badType).map((each) => each.seLinuxOptions?.type));
    const details = [
      ...(types.length > 0 ? [`${plural("type", types)} ${quoted(types)}`] : []),
      ...(all.some((each) => Boolean(each.seLinuxOptions?.user)) ? ["user may not be set"] : []),
      ...(all.some((each) => Boolean(each.seLinuxOptions?.role)) ? ["role may not be set"] : []),
    ];
    return {
      reason: "seLinuxOptions",
      detail: `${who} set forbidden securityContext.seLinuxOptions: ${details.join("; ")}`,
    };
  },
};

const seccompProfile: Check = {
  name: "seccompProfile_baseline",
  since: 19,
  run(subject) {
    const bad = ({ seccompProfile: profile }: SecurityContext): boolean =>
      profile !== undefined && !["RuntimeDefault", "Localhost"].includes(profile.type);
    const who = setters(subject, bad);
    if (who === undefined) return undefined;
    const types = distinct(
      contexts(subject)
        .filter(bad)
        .map((each) => each.seccompProfile?.type),
    );
    return {
      reason: "seccompProfile",
      detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(types)}`,
    };
  },
};

const sysctls: Check = {
  name: "sysctls",
  since: 0,
  run({ spec: { securityContext }, minor }) {
    const names = (securityContext?.sysctls ?? [])
      .map(({ name }) => name)
      .filter((name) => minor < (SETTINGS[name] ?? Number.POSITIVE_INFINITY));
    return names.length === 0 ? undefined : { reason: "forbidden sysctls", detail: names.join(", ") };
  },
};

const windowsHostProcess: Check = {
  name: "windowsHostProcess",
  since: 0,
  run(subject) {
    const who = setters(subject, ({ windowsOptions }) => windowsOptions?.hostProcess === true);
    if (who === undefined) return undefined;
    return {
      reason: "hostProcess",
      detail: `${who} must not set securityContext.windowsOptions.hostProcess=true`,
    };
  },
};

/** Nothing that leads out of the pod. */
export const BASELINE: readonly Check[] = [
  appArmorProfile,
  capabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinuxOptions,
  seccompProfile,
  sysctls,
  windowsHostProcess,
];
