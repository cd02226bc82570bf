import type { IntOrString } from "../types/pod";
import type { Deployment, ReplicaSet } from "../types/workloads";
import { same } from "../values/json";
import { matches } from "../values/selectors";
import { percentText } from "./formats";
import { checkSelector } from "./metadata";
import { checkTemplate } from "./pod";
import type { Problems } from "./problems";

const ONLY_ALWAYS = ["Always"];

export function checkDeployment(
  { spec }: Deployment,
  live: Deployment | undefined,
  problems: Problems,
): void {
  problems.notNegative("spec.replicas", spec?.replicas);
  checkReplicated(spec, problems);
  checkStrategy(spec ?? {}, problems);
  for (const name of ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"] as const) {
    problems.notNegative(`spec.${name}`, spec?.[name]);
  }
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec ?? {};
  if (deadline !== undefined && deadline <= minReadySeconds) {
    problems.invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
  }
  if (live !== undefined && !same(spec?.selector, live.spec.selector)) {
    problems.invalid("spec.selector", spec?.selector, "field is immutable");
  }
}

export function checkReplicaSet(
  { spec }: ReplicaSet,
  live: ReplicaSet | undefined,
  problems: Problems,
): void {
  problems.notNegative("spec.replicas", spec?.replicas);
  problems.notNegative("spec.minReadySeconds", spec?.minReadySeconds);
  checkReplicated(spec, problems);
  if (live !== undefined && !same(spec?.selector, live.spec.selector)) {
    problems.invalid("spec.selector", spec?.selector, "field is immutable");
  }
}

/** A selector that is there, says something, and matches the template it stands beside. */
function checkReplicated(
  spec: Pick<Deployment["spec"], "selector" | "template"> | undefined,
  problems: Problems,
): void {
  const { selector, template } = spec ?? {};
  const empty =
    selector !== undefined &&
    Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
  if (selector === undefined) problems.required("spec.selector");
  else if (!checkSelector(selector, "spec.selector", problems)) {
    // Without a selector that can be read, the server does not look at the template.
    problems.invalid("spec.selector", selector, "invalid label selector");
    return;
  } else if (empty) problems.invalid("spec.selector", selector, "empty selector is invalid for deployment");
  const labels = template?.metadata?.labels;
  if (!empty && !matches(selector, labels)) {
    problems.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  }
  if (template === undefined) return;
  checkTemplate("spec.template", template, problems);
  const policy = template.spec?.restartPolicy;
  if (policy !== undefined && policy !== "Always")
    problems.unsupported("spec.template.spec.restartPolicy", policy, ONLY_ALWAYS);
  if (template.spec?.activeDeadlineSeconds !== undefined) {
    problems.forbidden(
      "spec.template.spec.activeDeadlineSeconds",
      "activeDeadlineSeconds in ReplicaSet is not Supported",
    );
  }
}

function checkStrategy({ strategy = {} }: Partial<Deployment["spec"]>, problems: Problems): void {
  const at = "spec.strategy";
  switch (strategy.type) {
    case "Recreate":
      if (strategy.rollingUpdate !== undefined) {
        problems.forbidden(`${at}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'");
      }
      return;
    case "RollingUpdate": {
      const { maxSurge, maxUnavailable } = strategy.rollingUpdate ?? {};
      checkIntOrPercent(`${at}.rollingUpdate.maxUnavailable`, maxUnavailable, problems);
      checkIntOrPercent(`${at}.rollingUpdate.maxSurge`, maxSurge, problems);
      if (isZero(maxSurge) && isZero(maxUnavailable)) {
        problems.invalid(
          `${at}.rollingUpdate.maxUnavailable`,
          maxUnavailable,
          "may not be 0 when `maxSurge` is 0",
        );
      }
      checkAtMostAll(`${at}.rollingUpdate.maxUnavailable`, maxUnavailable, problems);
      return;
    }
    default:
      problems.unsupported(at, strategy, ["Recreate", "RollingUpdate"]);
  }
}

export function checkIntOrPercent(at: string, value: IntOrString | undefined, problems: Problems): void {
  if (typeof value === "string") problems.texts(at, value, percentText(value));
  else problems.notNegative(at, value);
}

export function checkAtMostAll(at: string, value: IntOrString | undefined, problems: Problems): void {
  if (typeof value !== "string" || percentText(value).length > 0) return;
  if (Number(value.slice(0, -1)) > 100) problems.invalid(at, value, "must not be greater than 100%");
}

/** A text without a percent sign is none, and counts as the number it begins with. */
function isZero(value: IntOrString | undefined): boolean {
  return typeof value === "string"
    ? Number(percentText(value).length === 0 ? value.slice(0, -1) : (/^[+-]?\d+$/.exec(value)?.[0] ?? 0)) ===
        0
    : value === 0;
}
