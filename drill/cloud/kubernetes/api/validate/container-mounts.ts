import type { Container, Volume, VolumeMount } from "../types/pod";
import type { Problems } from "./problems";

export function checkMounts(
  at: string,
  container: Container,
  volumes: ReadonlySet<string>,
  problems: Problems,
): void {
  const paths = new Set<string>();
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const here = `${at}[${index}]`;
    if (!mount.name) problems.required(`${here}.name`);
    else if (!volumes.has(mount.name)) problems.notFound(`${here}.name`, mount.name);
    if (!mount.mountPath) problems.required(`${here}.mountPath`);
    else if (paths.has(mount.mountPath))
      problems.invalid(`${here}.mountPath`, mount.mountPath, "must be unique");
    paths.add(mount.mountPath);
    checkSubPaths(here, mount, problems);
    checkRecursive(here, mount, problems);
    problems.oneOfIfGiven(`${here}.mountPropagation`, mount.mountPropagation, [
      "Bidirectional",
      "HostToContainer",
      "None",
    ]);
    if (mount.mountPropagation === "Bidirectional" && container.securityContext?.privileged !== true) {
      problems.forbidden(
        `${here}.mountPropagation`,
        "Bidirectional mount propagation is available only to privileged containers",
      );
    }
  }
}

function checkSubPaths(at: string, mount: VolumeMount, problems: Problems): void {
  const { subPath, subPathExpr } = mount;
  if (subPath && subPathExpr)
    problems.invalid(`${at}.subPathExpr`, subPathExpr, "subPathExpr and subPath are mutually exclusive");
  for (const [name, path] of Object.entries({ subPath, subPathExpr })) {
    if (!path) continue;
    if (path.startsWith("/")) problems.invalid(`${at}.${name}`, path, "must be a relative path");
    if (path.split("/").includes("..")) problems.invalid(`${at}.${name}`, path, "must not contain '..'");
  }
}

/** Making what is mounted below read-only, too, is for read-only mounts that nothing else spreads into. */
function checkRecursive(
  at: string,
  { recursiveReadOnly: mode, readOnly, mountPropagation }: VolumeMount,
  problems: Problems,
): void {
  if (mode === undefined || mode === "Disabled") return;
  const here = `${at}.recursiveReadOnly`;
  if (mode !== "Enabled" && mode !== "IfPossible") {
    problems.unsupported(here, mode, ["Disabled", "Enabled", "IfPossible"]);
    return;
  }
  if (readOnly !== true) problems.forbidden(here, "may only be specified when readOnly is true");
  if (mountPropagation !== undefined && mountPropagation !== "None")
    problems.forbidden(here, "may only be specified when mountPropagation is None or not specified");
}

/** Raw devices: each a claim of the pod, and none where something is mounted. */
export function checkDevices(
  at: string,
  { volumeDevices = [], volumeMounts = [] }: Container,
  volumes: readonly Volume[],
  problems: Problems,
): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, { name, devicePath }] of volumeDevices.entries()) {
    const here = `${at}[${index}]`;
    const volume = volumes.find((one) => one.name === name);
    if (!name) problems.required(`${here}.name`);
    else if (names.has(name)) problems.invalid(`${here}.name`, name, "must be unique");
    if (volume === undefined) problems.notFound(`${here}.name`, name);
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined)
      problems.invalid(
        `${here}.name`,
        name,
        "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode",
      );
    if (!devicePath) problems.required(`${here}.devicePath`);
    else {
      if (paths.has(devicePath)) problems.invalid(`${here}.devicePath`, devicePath, "must be unique");
      if (devicePath.split("/").includes(".."))
        problems.invalid(`${here}.devicePath`, devicePath, "can not contain backsteps ('..')");
      if (volumeMounts.some(({ mountPath }) => mountPath === devicePath))
        problems.invalid(
          `${here}.devicePath`,
          devicePath,
          "must not already exist as a path in volumeMounts",
        );
    }
    if (volumeMounts.some((mount) => mount.name === name))
      problems.invalid(`${here}.name`, name, "must not already exist in volumeMounts");
    names.add(name);
    paths.add(devicePath);
  }
}
