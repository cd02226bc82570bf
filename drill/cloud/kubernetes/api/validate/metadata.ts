import type { LabelSelector, ObjectMeta } from "../types/meta";
import { asPrefix, dnsSubdomain, labelValue, qualifiedName } from "./formats";
import type { Problems } from "./problems";

const MOST_ANNOTATION_BYTES = 256 * 1024;
const KNOWN_FINALIZERS = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

type NameForm = (name: string) => string[];

/** @param builtIn whether the kind is the API's own: those know which finalizers without a domain there are */
export function checkMetadata(
  metadata: ObjectMeta,
  nameForm: NameForm,
  builtIn: boolean,
  problems: Problems,
): void {
  const { name = "", generateName, labels, annotations, finalizers = [], ownerReferences = [] } = metadata;
  if (generateName) problems.texts("metadata.generateName", generateName, asPrefix(nameForm)(generateName));
  if (name === "") problems.required("metadata.name", "name or generateName is required");
  else problems.texts("metadata.name", name, nameForm(name));
  checkLabels(labels, "metadata.labels", problems);
  checkAnnotations(annotations, "metadata.annotations", problems);
  for (const [index, finalizer] of finalizers.entries()) {
    problems.texts("metadata.finalizers", finalizer, qualifiedName(finalizer));
    if (builtIn && !finalizer.includes("/") && !KNOWN_FINALIZERS.has(finalizer)) {
      problems.invalid(
        `metadata.finalizers[${index}]`,
        finalizer,
        "name is neither a standard finalizer name nor is it fully qualified",
      );
    }
  }
  if (["orphan", "foregroundDeletion"].every((name) => finalizers.includes(name)))
    problems.invalid(
      "metadata.finalizers",
      finalizers,
      "finalizer orphan and foregroundDeletion cannot be both set",
    );
  // The server does not say which of several owners is wrong.
  const at = "metadata.ownerReferences";
  for (const owner of ownerReferences) {
    if (!owner.apiVersion)
      problems.invalid(`${at}.apiVersion`, owner.apiVersion ?? "", "version must not be empty");
    if (!owner.kind) problems.invalid(`${at}.kind`, "", "must not be empty");
    if (!owner.name) problems.invalid(`${at}.name`, "", "must not be empty");
    if (!owner.uid) problems.invalid(`${at}.uid`, "", "must not be empty");
    if (owner.apiVersion === "v1" && owner.kind === "Event")
      problems.invalid(at, owner, "/v1, Kind=Event is disallowed from being an owner");
  }
  const controllers = ownerReferences.filter(({ controller }) => controller === true);
  if (controllers.length > 1) {
    const [first, second] = controllers.map(({ kind, name }) => `${kind}/${name}`);
    const why = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`;
    problems.invalid(at, ownerReferences, why);
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

/** What an object that is being deleted can no longer get. */
export function checkDeletion(next: ObjectMeta, live: ObjectMeta, problems: Problems): void {
  if (live.deletionTimestamp === undefined) return;
  const added = (next.finalizers ?? []).filter((each) => !(live.finalizers ?? []).includes(each)).sort();
  if (added.length > 0)
    problems.forbidden(
      "metadata.finalizers",
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((each) => JSON.stringify(each)).join(", ")}}`,
    );
}

/** Answers whether the selector can be used at all. */
export function checkSelector(
  selector: LabelSelector | undefined,
  field: string,
  problems: Problems,
): boolean {
  const before = problems.causes.length;
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
  return problems.causes.length === before;
}

/** A path with its domain: `example.com/controller`. */
export function checkPrefixedPath(at: string, text: string, problems: Problems): void {
  const [domain = "", ...path] = text.split("/");
  if (path.join("/") === "" || domain === "")
    problems.invalid(at, text, 'must be a domain-prefixed path (such as "acme.io/foo")');
  else problems.texts(at, domain, dnsSubdomain(domain));
}
