import type { LabelSelector, ObjectMeta } from "../types/meta";
import { labelValue, qualifiedName } from "./formats";
import type { Problems } from "./problems";

const MOST_ANNOTATION_BYTES = 256 * 1024;
const KNOWN_FINALIZERS = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

type NameForm = (name: string) => string[];

export function checkMetadata(metadata: ObjectMeta, nameForm: NameForm, problems: Problems): void {
  const { name = "", generateName, labels, annotations, finalizers = [], ownerReferences = [] } = metadata;
  if (generateName !== undefined) {
    problems.texts("metadata.generateName", generateName, nameForm(generateName.replace(/-$/, "a")));
  }
  if (name === "") problems.required("metadata.name", "name or generateName is required");
  else problems.texts("metadata.name", name, nameForm(name));
  checkLabels(labels, "metadata.labels", problems);
  checkAnnotations(annotations, "metadata.annotations", problems);
  for (const [index, finalizer] of finalizers.entries()) {
    const wrong = qualifiedName(finalizer);
    problems.texts(`metadata.finalizers[${index}]`, finalizer, wrong);
    if (wrong.length === 0 && !finalizer.includes("/") && !KNOWN_FINALIZERS.has(finalizer)) {
      problems.invalid(
        `metadata.finalizers[${index}]`,
        finalizer,
        "name is neither a standard finalizer name nor is it fully qualified",
      );
    }
  }
  for (const [index, owner] of ownerReferences.entries()) {
    const at = `metadata.ownerReferences[${index}]`;
    if (!owner.apiVersion)
      problems.invalid(`${at}.apiVersion`, owner.apiVersion ?? "", "version must not be empty");
    if (!owner.kind) problems.invalid(`${at}.kind`, "", "must not be empty");
    if (!owner.name) problems.invalid(`${at}.name`, "", "must not be empty");
    if (!owner.uid) problems.invalid(`${at}.uid`, "", "must not be empty");
  }
  const controllers = ownerReferences.filter(({ controller }) => controller === true);
  if (controllers.length > 1) {
    const why = `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]?.name} and ${controllers[1]?.name}`;
    problems.invalid("metadata.ownerReferences", ownerReferences, why);
  }
}

export function checkLabels(
  labels: Readonly<Record<string, string>> | undefined,
  field: string,
  problems: Problems,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    problems.texts(field, key, qualifiedName(key));
    problems.texts(field, value, labelValue(value));
  }
}

export function checkAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  field: string,
  problems: Problems,
): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    problems.texts(field, key, qualifiedName(key.toLowerCase()));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MOST_ANNOTATION_BYTES) problems.tooLong(field, MOST_ANNOTATION_BYTES);
}

export function checkSelector(selector: LabelSelector | undefined, field: string, problems: Problems): void {
  checkLabels(selector?.matchLabels, `${field}.matchLabels`, problems);
  for (const [index, { key, operator, values = [] }] of (selector?.matchExpressions ?? []).entries()) {
    const at = `${field}.matchExpressions[${index}]`;
    switch (operator) {
      case "In":
      case "NotIn":
        if (values.length === 0) {
          problems.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
        }
        break;
      case "Exists":
      case "DoesNotExist":
        if (values.length > 0) {
          problems.forbidden(
            `${at}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          );
        }
        break;
      default:
        problems.invalid(`${at}.operator`, operator ?? "", "not a valid selector operator");
    }
    problems.texts(`${at}.key`, key ?? "", qualifiedName(key ?? ""));
    for (const [position, value] of values.entries()) {
      problems.texts(`${at}.values[${position}]`, value, labelValue(value));
    }
  }
}
