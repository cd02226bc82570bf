import type { Container, Pod, PodSpec, SecurityContext } from "../../types/pod";

export type Level = "privileged" | "baseline" | "restricted";

/** What a pod does that its level forbids. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** What a check looks at: a pod, or the pod that a template describes. */
export interface Subject {
  readonly spec: PodSpec;
  readonly containers: readonly Container[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Minor version of Kubernetes whose rules apply. */
  readonly minor: number;
}

export interface Check {
  /** Checks run in the order of their names. */
  readonly name: string;
  /** First minor version of Kubernetes that has the check. */
  readonly since: number;
  /** The check of the baseline whose place this one takes, in the restricted level. */
  readonly instead?: string;
  run(subject: Subject): Violation | undefined;
}

export function subjectOf(
  spec: PodSpec,
  annotations: Pod["metadata"]["annotations"],
  minor: number,
): Subject {
  const containers = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  return { spec, containers, annotations: annotations ?? {}, minor };
}

/** `container "a"`, `containers "a", "b"`. */
export function named(containers: readonly Container[]): string {
  const names = containers.map(({ name }) => name);
  return `${plural("container", names)} ${quoted(names)}`;
}

export function plural(word: string, list: readonly unknown[]): string {
  return list.length === 1 ? word : `${word}s`;
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}

/** The pod, its containers, or both: whose security context is as `bad` says. */
export function setters(
  { spec, containers }: Subject,
  bad: (context: SecurityContext) => boolean,
): string | undefined {
  const found = containers.filter(({ securityContext: context }) => context !== undefined && bad(context));
  const pod = spec.securityContext !== undefined && bad(spec.securityContext as SecurityContext);
  const all = [...(pod ? ["pod"] : []), ...(found.length > 0 ? [named(found)] : [])];
  return all.length === 0 ? undefined : all.join(" and ");
}

/** Each value once, sorted. */
export function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))].sort();
}

/** Security contexts of the pod and of its containers. */
export function contexts({ spec, containers }: Subject): SecurityContext[] {
  return [
    spec.securityContext as SecurityContext | undefined,
    ...containers.map((each) => each.securityContext),
  ].filter((each) => each !== undefined);
}
