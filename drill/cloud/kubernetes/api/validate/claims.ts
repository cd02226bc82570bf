import type { LabelSelector, ObjectMeta } from "../types/meta";
import type { ResourceList } from "../types/pod";
import { canonicalQuantity, quantity } from "../values/quantity";
import { dnsSubdomain } from "./formats";
import { checkAnnotations, checkLabels, checkSelector } from "./metadata";
import type { Problems } from "./problems";

const ACCESS_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const TEMPLATE_METADATA = new Set(["annotations", "labels"]);

export interface Ephemeral {
  readonly volumeClaimTemplate?: {
    readonly metadata?: Partial<ObjectMeta>;
    readonly spec?: {
      readonly accessModes?: readonly string[];
      readonly selector?: LabelSelector;
      readonly resources?: { readonly requests?: ResourceList };
      readonly storageClassName?: string;
      readonly volumeMode?: string;
    };
  };
}

/** A volume that is claimed with the pod and goes with it. */
export function checkEphemeral(
  at: string,
  { volumeClaimTemplate: template }: Ephemeral,
  problems: Problems,
): void {
  const here = `${at}.volumeClaimTemplate`;
  if (template === undefined) {
    problems.required(here);
    return;
  }
  const { metadata = {}, spec = {} } = template;
  checkAnnotations(metadata.annotations, `${here}.metadata.annotations`, problems);
  checkLabels(metadata.labels, `${here}.metadata.labels`, problems);
  for (const name of Object.keys(metadata))
    if (!TEMPLATE_METADATA.has(name)) problems.forbidden(`${here}.metadata.${name}`, "cannot be set");
  const { accessModes: modes = [], resources, selector, storageClassName, volumeMode } = spec;
  if (modes.length === 0) problems.required(`${here}.spec.accessModes`, "at least 1 access mode is required");
  checkSelector(selector, `${here}.spec.selector`, problems);
  for (const mode of modes)
    if (!ACCESS_MODES.includes(mode)) problems.unsupported(`${here}.spec.accessModes`, mode, ACCESS_MODES);
  if (modes.includes("ReadWriteOncePod") && modes.length > 1)
    problems.forbidden(`${here}.spec.accessModes`, "may not use ReadWriteOncePod with other access modes");
  checkStorage(`${here}.spec.resources[storage]`, resources?.requests?.storage, problems);
  if (storageClassName)
    problems.texts(`${here}.spec.storageClassName`, storageClassName, dnsSubdomain(storageClassName));
  problems.oneOfIfGiven(`${here}.spec.volumeMode`, volumeMode, ["Block", "Filesystem"]);
}

function checkStorage(at: string, storage: string | number | undefined, problems: Problems): void {
  if (storage === undefined) problems.required(at);
  else if (quantity(storage) <= 0n)
    problems.invalid(at, canonicalQuantity(storage), "must be greater than zero");
}
