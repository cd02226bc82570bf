import type { Container, SecurityContext, Volume } from "../../types/pod";
import { type Check, contexts, distinct, named, plural, quoted, type Subject, setters } from "./check";

const VOLUMES = new Set([
  ...["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image"],
  ...["persistentVolumeClaim", "projected", "secret"],
]);

/** Windows knows none of what these checks ask for. */
function exempt({ spec, minor }: Subject): boolean {
  return minor >= 25 && spec.os?.name === "windows";
}

const allowPrivilegeEscalation: Check = {
  name: "allowPrivilegeEscalation",
  since: 8,
  run(subject) {
    const found = subject.containers.filter(
      ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
    );
    if (found.length === 0 || exempt(subject)) return undefined;
    return {
      reason: "allowPrivilegeEscalation != false",
      detail: `${named(found)} must set securityContext.allowPrivilegeEscalation=false`,
    };
  },
};

const capabilities: Check = {
  name: "capabilities_restricted",
  since: 22,
  instead: "capabilities_baseline",
  run(subject) {
    if (exempt(subject)) return undefined;
    const { containers } = subject;
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
      const names = quoted(distinct(adding.flatMap(bad)));
      details.push(`${named(adding)} must not include ${names} in securityContext.capabilities.add`);
    }
    if (details.length === 0) return undefined;
    return { reason: "unrestricted capabilities", detail: details.join("; ") };
  },
};

const restrictedVolumes: Check = {
  name: "restrictedVolumes",
  since: 0,
  instead: "hostPathVolumes",
  run({ spec: { volumes = [] } }) {
    const kind = (volume: Volume): string =>
      Object.keys(volume).find((key) => key !== "name" && volume[key] !== undefined) ?? "unknown";
    const bad = volumes.filter((volume) => !VOLUMES.has(kind(volume)));
    if (bad.length === 0) return undefined;
    const kinds = distinct(bad.map(kind));
    const names = bad.map(({ name }) => name);
    const verb = bad.length === 1 ? "uses" : "use";
    return {
      reason: "restricted volume types",
      detail: `${plural("volume", names)} ${quoted(names)} ${verb} ${plural("restricted volume type", kinds)} ${quoted(kinds)}`,
    };
  },
};

const runAsNonRoot: Check = {
  name: "runAsNonRoot",
  since: 0,
  run(subject) {
    const { spec, containers } = subject;
    const reason = "runAsNonRoot != true";
    const who = setters(subject, (context) => context.runAsNonRoot === false);
    if (who !== undefined)
      return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
    const silent = containers.filter((each) => each.securityContext?.runAsNonRoot === undefined);
    if (spec.securityContext?.runAsNonRoot === true || silent.length === 0) return undefined;
    return { reason, detail: `pod or ${named(silent)} must set securityContext.runAsNonRoot=true` };
  },
};

const runAsUser: Check = {
  name: "runAsUser",
  since: 23,
  run(subject) {
    const who = setters(subject, (context) => context.runAsUser === 0);
    return who === undefined
      ? undefined
      : { reason: "runAsUser=0", detail: `${who} must not set runAsUser=0` };
  },
};

const seccompProfile: Check = {
  name: "seccompProfile_restricted",
  since: 19,
  instead: "seccompProfile_baseline",
  run(subject) {
    if (exempt(subject)) return undefined;
    const fine = (type: string | undefined): boolean => type === "RuntimeDefault" || type === "Localhost";
    const bad = ({ seccompProfile: profile }: SecurityContext): boolean =>
      profile !== undefined && !fine(profile.type);
    const reason = "seccompProfile";
    const who = setters(subject, bad);
    if (who !== undefined) {
      const types = distinct(
        contexts(subject)
          .filter(bad)
          .map((each) => each.seccompProfile?.type),
      );
      return {
        reason,
        detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(types)}`,
      };
    }
    const silent = subject.containers.filter((each) => each.securityContext?.seccompProfile === undefined);
    if (fine(subject.spec.securityContext?.seccompProfile?.type) || silent.length === 0) return undefined;
    return {
      reason,
      detail: `pod or ${named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
    };
  },
};

/** Beyond the baseline: what hardening asks for. */
export const RESTRICTED: readonly Check[] = [
  allowPrivilegeEscalation,
  capabilities,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompProfile,
];
