import type { Container, Volume, VolumeMount } from "../types/pod";
import type { Problems } from "./problems";
import { checkDescending } from "./volume-files";

const PROPAGATIONS = ["Bidirectional", "HostToContainer", "None"];

/** What a container mounts. For wrong paths and modes the server names the list, not the mount. */
export function checkMounts(
  at: string,
  container: Container,
  volumes: ReadonlyMap<string, Volume>,
  problems: Problems,
): void {
  const paths = new Set<string>();
  const devices = container.volumeDevices ?? [];
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const here = `${at}[${index}]`;
    const { name = "", mountPath = "" } = mount;
    if (name === "") problems.required(`${here}.name`);
    if (!volumes.has(name)) problems.notFound(`${here}.name`, name);
    if (mountPath === "") problems.required(`${here}.mountPath`);
    if (paths.has(mountPath)) problems.invalid(`${here}.mountPath`, mountPath, "must be unique");
    paths.add(mountPath);
    if (devices.some((device) => device.name === name))
      problems.invalid(`${here}.name`, name, "must not already exist in volumeDevices");
    if (devices.some((device) => device.devicePath === mountPath))
      problems.invalid(`${here}.mountPath`, mountPath, "must not already exist as a path in volumeDevices");
    checkSubPaths(here, at, mount, volumes.get(name)?.image !== undefined, problems);
    checkPropagation(`${at}.mountPropagation`, mount, container, problems);
    checkRecursive(`${at}.recursiveReadOnly`, mount, problems);
  }
}

function checkSubPaths(
  at: string,
  shared: string,
  { subPath, subPathExpr }: VolumeMount,
  image: boolean,
  problems: Problems,
): void {
  if (subPath && subPathExpr)
    problems.invalid(`${at}.subPathExpr`, subPathExpr, "subPathExpr and subPath are mutually exclusive");
  for (const [name, path] of Object.entries({ subPath, subPathExpr })) {
    if (!path) continue;
    if (image) problems.invalid(`${at}.${name}`, path, "not allowed in image volume sources");
    checkDescending(`${shared}.${name}`, path, problems);
  }
}

function checkPropagation(
  at: string,
  { mountPropagation: mode }: VolumeMount,
  { securityContext }: Container,
  problems: Problems,
): void {
  problems.oneOfIfGiven(at, mode, PROPAGATIONS);
  if (mode === "Bidirectional" && securityContext?.privileged !== true)
    problems.forbidden(at, "Bidirectional mount propagation is available only to privileged containers");
}

/** Making what is mounted below read-only, too, is for read-only mounts that nothing else spreads into. */
function checkRecursive(
  at: string,
  { recursiveReadOnly: mode, readOnly, mountPropagation }: VolumeMount,
  problems: Problems,
): void {
  if (mode === undefined || mode === "Disabled") return;
  if (mode !== "Enabled" && mode !== "IfPossible") {
    problems.unsupported(at, mode, ["Disabled", "Enabled", "IfPossible"]);
    return;
  }
  if (readOnly !== true) problems.forbidden(at, "may only be specified when readOnly is true");
  if (mountPropagation !== undefined && mountPropagation !== "None")
    problems.forbidden(at, "may only be specified when mountPropagation is None or not specified");
}

/** Raw devices: each a claim of the pod, and none where something is mounted. */
export function checkDevices(
  at: string,
  { volumeDevices = [], volumeMounts = [] }: Container,
  volumes: ReadonlyMap<string, Volume>,
  problems: Problems,
): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, { name = "", devicePath = "" }] of volumeDevices.entries()) {
    const here = `${at}[${index}]`;
    const volume = volumes.get(name);
    if (name === "") problems.required(`${here}.name`);
    if (names.has(name)) problems.invalid(`${here}.name`, name, "must be unique");
    if (volume === undefined) problems.notFound(`${here}.name`, name);
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined)
      problems.invalid(
        `${here}.name`,
        name,
        "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode",
      );
    if (devicePath === "") problems.required(`${here}.devicePath`);
    if (paths.has(devicePath)) problems.invalid(`${here}.devicePath`, devicePath, "must be unique");
    if (devicePath.split("/").includes(".."))
      problems.invalid(`${here}.devicePath`, devicePath, "can not contain backsteps ('..')");
    else paths.add(devicePath);
    if (volumeMounts.some((mount) => mount.name === name))
      problems.invalid(`${here}.name`, name, "must not already exist in volumeMounts");
    if (volumeMounts.some(({ mountPath }) => mountPath === devicePath))
      problems.invalid(`${here}.devicePath`, devicePath, "must not already exist as a path in volumeMounts");
    if (name !== "") names.add(name);
  }
}
