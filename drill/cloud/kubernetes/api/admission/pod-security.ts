import type { Objects } from "../objects";
import { forbidden, invalid } from "../status";
import type { KubernetesObject } from "../types/meta";
import type { Pod } from "../types/pod";
import type { Namespace } from "../types/store";
import { Problems } from "../validate/problems";
import { templateOf } from "../validate/warnings";
import { same } from "../values/json";
import { type Level, type Violation, violations } from "./levels";

const PREFIX = "pod-security.kubernetes.io/";
const LEVELS = ["privileged", "baseline", "restricted"];
const MODES = ["enforce", "audit", "warn"] as const;

interface Policy {
  readonly level: Level;
  readonly version: string;
}

/** The labels that set a namespace's Pod security must say something the API knows. */
export function checkNamespaceLabels({ metadata }: Namespace): void {
  const problems = new Problems();
  for (const mode of MODES) {
    const level = metadata.labels?.[`${PREFIX}${mode}`];
    if (level !== undefined && !LEVELS.includes(level)) {
      problems.invalid(`metadata.labels[${PREFIX}${mode}]`, level, `must be one of ${LEVELS.join(", ")}`);
    }
    const version = metadata.labels?.[`${PREFIX}${mode}-version`];
    if (version !== undefined && version !== "latest" && !/^v1\.(0|[1-9]\d*)$/.test(version)) {
      problems.invalid(`metadata.labels[${PREFIX}${mode}-version]`, version, 'must be "latest" or "v1.x"');
    }
  }
  if (problems.causes.length > 0) throw invalid("Namespace", "", metadata.name, problems.causes);
}

/** Refuses a pod that violates what is enforced; warns of pods and templates that do. */
export function checkPodSecurity(
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  server: Objects,
  warnings: string[],
): void {
  const template = templateOf(object);
  if (template === undefined || object.metadata.namespace === undefined) return;
  if (live !== undefined && same(templateOf(live)?.spec, template.spec)) return;
  const namespace = server.find<Namespace>({
    apiVersion: "v1",
    kind: "Namespace",
    name: object.metadata.namespace,
  });
  const enforced = policyOf(namespace, "enforce");
  if (object.kind === "Pod") {
    const found = violations(enforced.level, enforced.version, template.spec, template.annotations);
    if (found.length > 0) {
      throw forbidden(
        "pods",
        "",
        object.metadata.name,
        `violates PodSecurity "${enforced.level}:${enforced.version}": ${listed(found)}`,
      );
    }
  }
  // Where nothing is said about warnings, templates are warned of what their pods would be refused for.
  const asked = namespace?.metadata.labels?.[`${PREFIX}warn`];
  const warned = asked === undefined && object.kind !== "Pod" ? enforced : policyOf(namespace, "warn");
  const found = violations(warned.level, warned.version, template.spec, template.annotations);
  if (found.length > 0)
    warnings.push(`would violate PodSecurity "${warned.level}:${warned.version}": ${listed(found)}`);
}

/** A namespace made stricter says which of its pods would not be let in again. */
export function warnOfExistingPods(
  next: Namespace,
  live: Namespace,
  server: Objects,
  warnings: string[],
): void {
  const [now, before] = [policyOf(next, "enforce"), policyOf(live, "enforce")];
  if (same(now, before) || now.level === "privileged") return;
  const groups = new Map<string, string[]>();
  for (const pod of server.list<Pod>("v1", "Pod", next.metadata.name)) {
    const found = violations(now.level, now.version, pod.spec, pod.metadata.annotations);
    if (found.length === 0) continue;
    const text = found.map(({ reason }) => reason).join(", ");
    groups.set(text, [...(groups.get(text) ?? []), pod.metadata.name]);
  }
  if (groups.size === 0) return;
  warnings.push(
    `existing pods in namespace "${next.metadata.name}" violate the new PodSecurity enforce level "${now.level}:${now.version}"`,
  );
  for (const [text, names] of groups) {
    const [first = "", ...others] = names.sort();
    const more =
      others.length === 0 ? "" : ` (and ${others.length} other pod${others.length === 1 ? "" : "s"})`;
    warnings.push(`${first}${more}: ${text}`);
  }
}

function policyOf(namespace: Namespace | undefined, mode: (typeof MODES)[number]): Policy {
  const labels = namespace?.metadata.labels ?? {};
  const level = labels[`${PREFIX}${mode}`];
  return {
    level: level === "baseline" || level === "restricted" ? level : "privileged",
    version: labels[`${PREFIX}${mode}-version`] ?? "latest",
  };
}

function listed(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => (detail === "" ? reason : `${reason} (${detail})`)).join(", ");
}
