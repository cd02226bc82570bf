import type { Volume } from "../types/pod";
import { checkEphemeral, type Ephemeral } from "./claims";
import { dnsLabel, dnsSubdomain } from "./formats";
import { Problems } from "./problems";
import { checkDownward, checkItems, checkMode, checkProjected } from "./volume-files";

const HOST_PATH_TYPES = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];
const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
const LONGEST_DRIVER = 63;

/** The order in which the server looks for what a volume is made of. */
const SOURCES = [
  ...["emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs"],
  ...["iscsi", "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte"],
  ...["downwardAPI", "fc", "flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk"],
  ...["portworxVolume", "azureDisk", "storageos", "projected", "scaleIO", "csi", "ephemeral", "image"],
];
/** The server misspells two of them when it refuses a second one. */
const SPELLED: Readonly<Record<string, string | undefined>> = {
  cephfs: "cephFS",
  downwardAPI: "downwarAPI",
};

/**
 * Volumes of a pod; the answer: those that are right, by name. What mounts another one finds nothing.
 * @param pod name of the pod; absent for a template
 */
export function checkVolumes(
  field: string,
  volumes: readonly Volume[],
  pod: string | undefined,
  problems: Problems,
): Map<string, Volume> {
  const right = new Map<string, Volume>();
  const claimed = volumes.flatMap(({ name, ephemeral }) =>
    pod && ephemeral !== undefined ? [`${pod}-${name}`] : [],
  );
  for (const [index, volume] of volumes.entries()) {
    const at = `${field}[${index}]`;
    const { name, persistentVolumeClaim: claim } = volume;
    const found = new Problems();
    checkSources(at, volume, pod, found);
    if (!name) found.required(`${at}.name`);
    else found.texts(`${at}.name`, name, dnsLabel(name));
    if (right.has(name)) found.duplicate(`${at}.name`, name);
    if (found.causes.length === 0) right.set(name, volume);
    problems.take(found);
    if (claim !== undefined && claimed.includes(claim.claimName)) {
      problems.invalid(
        `${at}.persistentVolumeClaim.claimName`,
        claim.claimName,
        "must not reference a PVC that gets created for an ephemeral volume",
      );
    }
  }
  return right;
}

function checkSources(at: string, volume: Volume, pod: string | undefined, problems: Problems): void {
  const [first, ...others] = SOURCES.filter((source) => volume[source] !== undefined);
  for (const source of others)
    problems.forbidden(`${at}.${SPELLED[source] ?? source}`, "may not specify more than 1 volume type");
  if (first === undefined) problems.required(at, "must specify a volume type");
  else checkSource(at, volume, first, pod, problems);
}

function checkSource(
  at: string,
  volume: Volume,
  source: string,
  pod: string | undefined,
  problems: Problems,
): void {
  const { emptyDir, hostPath, secret, configMap, downwardAPI, projected, persistentVolumeClaim } = volume;
  const here = `${at}.${source}`;
  switch (source) {
    case "emptyDir":
      if (String(emptyDir?.sizeLimit ?? "").startsWith("-"))
        problems.forbidden(`${here}.sizeLimit`, "SizeLimit field must be a valid resource quantity");
      return;
    case "hostPath":
      checkHostPath(here, hostPath ?? { path: "" }, problems);
      return;
    case "secret":
      if (!secret?.secretName) problems.required(`${here}.secretName`);
      checkMode(`${here}.defaultMode`, secret?.defaultMode, problems);
      checkItems(`${here}.items`, secret?.items, problems);
      return;
    case "configMap":
      if (!configMap?.name) problems.required(`${here}.name`);
      checkMode(`${here}.defaultMode`, configMap?.defaultMode, problems);
      checkItems(`${here}.items`, configMap?.items, problems);
      return;
    case "downwardAPI":
      checkMode(`${here}.defaultMode`, downwardAPI?.defaultMode, problems);
      checkDownward(here, downwardAPI?.items, problems);
      return;
    case "projected":
      checkProjected(here, projected ?? {}, problems);
      return;
    case "persistentVolumeClaim":
      if (!persistentVolumeClaim?.claimName) problems.required(`${here}.claimName`);
      return;
    case "nfs":
      checkNfs(here, volume.nfs as { server?: string; path?: string }, problems);
      return;
    case "csi":
      checkCsi(here, volume.csi as Csi, problems);
      return;
    case "ephemeral":
      checkEphemeral(here, volume.ephemeral as Ephemeral, problems);
      if (pod) checkClaimName(at, volume.name, pod, problems);
      return;
    case "image": {
      const { reference, pullPolicy } = volume.image as { reference?: string; pullPolicy?: string };
      if (pod !== undefined && !reference) problems.required(`${here}.reference`);
      problems.oneOf(`${here}.pullPolicy`, pullPolicy, PULL_POLICIES);
      return;
    }
    default:
  }
}

function checkHostPath(
  at: string,
  { path, type }: NonNullable<Volume["hostPath"]>,
  problems: Problems,
): void {
  if (!path) {
    problems.required(`${at}.path`);
    return;
  }
  if (path.split("/").includes("..")) problems.invalid(`${at}.path`, path, "must not contain '..'");
  problems.oneOfIfGiven(`${at}.type`, type, HOST_PATH_TYPES);
}

function checkNfs(
  at: string,
  { server, path = "" }: { server?: string; path?: string },
  problems: Problems,
): void {
  if (!server) problems.required(`${at}.server`);
  if (path === "") problems.required(`${at}.path`);
  if (!path.startsWith("/")) problems.invalid(`${at}.path`, path, "must be an absolute path");
}

interface Csi {
  readonly driver?: string;
  readonly nodePublishSecretRef?: { readonly name?: string };
}

function checkCsi(at: string, { driver = "", nodePublishSecretRef: secret }: Csi, problems: Problems): void {
  if (driver === "") problems.required(`${at}.driver`);
  if (driver.length > LONGEST_DRIVER) problems.tooLong(`${at}.driver`, LONGEST_DRIVER);
  problems.texts(`${at}.driver`, driver, dnsSubdomain(driver.toLowerCase()));
  if (secret === undefined) return;
  if (!secret.name) problems.required(`${at}.nodePublishSecretRef.name`);
  else problems.texts(`${at}.name`, secret.name, dnsSubdomain(secret.name));
}

/** The claim of an ephemeral volume is named after the pod and the volume. */
function checkClaimName(at: string, volume: string, pod: string, problems: Problems): void {
  const claim = `${pod}-${volume}`;
  if (volume)
    problems.texts(
      `${at}.name`,
      volume,
      dnsSubdomain(claim).map((why) => `PVC name ${JSON.stringify(claim)}: ${why}`),
    );
}
