import type { Findings, Properties, Subject } from "../../frame/rule";

/** Kinds that carry a pod: also as Patch resources, and Argo's Rollout. Lists are not used in programs. */
const CARRIER =
  /^kubernetes:(apps\/v1:(Deployment|StatefulSet|DaemonSet|ReplicaSet)|core\/v1:Pod|batch\/v1:(Job|CronJob)|argoproj\.io\/v1alpha1:Rollout)(Patch)?$/;

export const carriesPod = (type: string): boolean => CARRIER.test(type);

export interface PodSpec {
  readonly spec: Properties;
  /** Where the pod's specification lies in the resource. */
  readonly path: string;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** The pod in a resource. Reading an unknown part throws, as everywhere in a rule. */
export function podOf({ type, props }: Subject): PodSpec | undefined {
  const kind = type
    .split(":")
    .at(-1)
    ?.replace(/Patch$/, "");
  const [holder, path] =
    kind === "Pod"
      ? [props, ""]
      : kind === "CronJob"
        ? [props.spec?.jobTemplate?.spec?.template, "spec.jobTemplate.spec.template."]
        : [props.spec?.template, "spec.template."];
  if (holder?.spec === undefined) return undefined;
  return { spec: holder.spec, path: `${path}spec`, annotations: holder.metadata?.annotations };
}

const LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;

/** Runs a check on each container of each kind on its own. */
export function eachContainer(
  subject: Subject,
  findings: Findings,
  check: (container: Properties, path: string, pod: PodSpec) => void,
): void {
  const pod = podOf(subject);
  if (pod === undefined) return;
  for (const list of LISTS) {
    if (!(list in pod.spec)) continue;
    findings.part(() =>
      findings.each(pod.spec[list] as readonly Properties[] | undefined, (container, index) =>
        check(container, `${pod.path}.${list}[${index}]`, pod),
      ),
    );
  }
}
