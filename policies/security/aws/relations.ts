import type { PolicyResource } from "@pulumi/policy";
import type { Properties } from "../../frame/rule";

/** Resources of one type. */
export const ofType = (resources: readonly PolicyResource[], ...types: readonly string[]): PolicyResource[] =>
  resources.filter((resource) => types.includes(resource.type));

/**
 * Whether `from[property]` refers to `target`: by dependency of that property, which holds in previews too, or by a value
 * the target has (`id`, `arn`, `bucket`, `name` …).
 */
export function refersTo(
  from: PolicyResource,
  property: string,
  target: PolicyResource,
  keys: readonly string[] = ["id", "arn"],
): boolean {
  if (from.propertyDependencies[property]?.some((resource) => resource.urn === target.urn) === true)
    return true;
  const given = known(() => from.props[property] as unknown);
  const values = Array.isArray(given)
    ? Array.from({ length: given.length }, (_, index) => known(() => given[index] as unknown))
    : [given];
  return keys.some((key) => {
    const wanted = known(() => target.props[key] as unknown);
    return wanted !== undefined && values.includes(wanted);
  });
}

/** A value, or undefined when it is absent or not known in this preview. */
export function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Whether a property is set at all: a key made in the same update is set, though its value is unknown in a preview. */
export const isSet = (props: object, key: string): boolean => key in props;

/**
 * A scratch copy of a database: restored from a snapshot to be compared, removed within the hour. Losing it loses nothing,
 * so rules about keeping data do not apply; rules about who can read it do.
 */
export const isScratch = (props: Properties): boolean =>
  isSet(props, "snapshotIdentifier") && known(() => props.tags?.purpose as unknown) === "scratch";
