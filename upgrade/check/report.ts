import type { PolicyResult, Preview } from "./events";
import { lossText, type PlannedStep, plannedLosses } from "./stateful";

/** A reviewer's groups of resources, by the beginning of their type. */
const GROUPS: readonly (readonly [group: string, types: RegExp])[] = [
  ["data", /^(aws:(rds|s3|dynamodb|efs)\/|kubernetes:core\/v1:PersistentVolume)/],
  ["keys and secrets", /^(aws:(kms|secretsmanager)\/|random:|kubernetes:core\/v1:Secret)/],
  ["backup", /^aws:backup\//],
  ["edge", /^(aws:(lb|wafv2|route53)\/|kubernetes:elbv2)/],
  ["network", /^(aws:(ec2|vpc)\/|kubernetes:networking)/],
  ["access", /^(aws:(iam|eks)\/|kubernetes:(rbac|core\/v1:ServiceAccount))/],
  ["monitoring and audit", /^(aws:(cloudwatch|sns|cloudtrail|inspector2|guardduty)\/|kubernetes:monitoring)/],
  ["jobs", /^kubernetes:batch\//],
  ["releases", /^kubernetes:/],
  ["program", /^(order-upgrade|pulumi):/],
];

/** Properties that decide what a month costs, by type. */
const COSTS: Readonly<Record<string, readonly string[]>> = {
  "aws:rds/instance:Instance": [
    "instanceClass",
    "allocatedStorage",
    "iops",
    "storageType",
    "multiAz",
    "backupRetentionPeriod",
  ],
  "aws:backup/plan:Plan": ["rules"],
  "aws:cloudwatch/logGroup:LogGroup": ["retentionInDays"],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ["rules"],
  "kubernetes:apps/v1:Deployment": ["spec.replicas", "spec.template.spec.containers"],
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": ["spec.minReplicas", "spec.maxReplicas"],
  "aws:route53/healthCheck:HealthCheck": ["requestInterval", "regions"],
};

const UPGRADE = "order-upgrade:upgrade:Upgrade";

export interface Change {
  readonly operation: "create" | "update" | "replace" | "delete";
  readonly type: string;
  readonly name: string;
  readonly changed: readonly string[];
}

/** What a pull request does to a stack. `passed` only when nothing stands in its way. */
export interface CheckReport {
  readonly version: 1;
  readonly stack: string;
  /** Revision compared with; null: the state of the stack. */
  readonly base: string | null;
  readonly verdict: "passed" | "failed";
  /** What stands in the way, each with the way out. */
  readonly problems: readonly string[];
  readonly groups: Readonly<Record<string, readonly Change[]>>;
  readonly irreversible: readonly string[];
  readonly violations: readonly PolicyResult[];
  readonly undecided: readonly PolicyResult[];
  readonly waivers: readonly string[];
  /** Resources that cost otherwise, with the properties that decide it. */
  readonly costs: readonly string[];
}

const OPERATIONS: Readonly<Record<string, Change["operation"]>> = {
  create: "create",
  import: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
};

/** Judges a preview. `steps` are those of the preview, or of its comparison with another one. */
export function judge(
  stack: string,
  base: string | undefined,
  preview: Preview,
  steps: readonly PlannedStep[],
): CheckReport {
  const changes = changesOf(steps);
  const upgrade = preview.steps.find(({ type }) => type === UPGRADE)?.inputs ?? {};
  const losses = plannedLosses(steps, texts(upgrade.confirm));
  const problems = [
    ...preview.errors,
    ...preview.violations.filter(({ mandatory }) => mandatory).map(policyText),
    ...preview.undecided.map(policyText),
    ...losses.filter(({ confirmed }) => !confirmed).map(lossText),
  ];
  return {
    version: 1,
    stack,
    base: base ?? null,
    verdict: problems.length === 0 ? "passed" : "failed",
    problems: [...new Set(problems)],
    groups: grouped(changes),
    irreversible: [
      ...irreversibleSteps(upgrade),
      ...losses.map(({ what, step, confirmed }) => `${what} ${step.name}${confirmed ? " (confirmed)" : ""}`),
    ],
    violations: preview.violations,
    undecided: preview.undecided,
    waivers: preview.waivers,
    costs: costsOf(steps),
  };
}

export const policyText = ({ pack, rule, resource, message }: PolicyResult): string =>
  `${pack} ${rule}${resource === undefined ? "" : ` (${resource})`}: ${message}`;

export function changesOf(steps: readonly PlannedStep[]): Change[] {
  const changes = new Map<string, Change>();
  for (const { operation, urn, type, name, changed } of steps) {
    const known = OPERATIONS[operation];
    if (known !== undefined) changes.set(urn, { operation: known, type, name, changed });
  }
  return [...changes.values()];
}

function grouped(changes: readonly Change[]): Record<string, Change[]> {
  const groups: Record<string, Change[]> = {};
  for (const change of changes) {
    const group = GROUPS.find(([, types]) => types.test(change.type))?.[0] ?? "other";
    groups[group] = [...(groups[group] ?? []), change];
  }
  return groups;
}

/** Steps of the phase at hand that the release calls irreversible. */
const irreversibleSteps = (upgrade: Readonly<Record<string, unknown>>): string[] =>
  (Array.isArray(upgrade.irreversible) ? (upgrade.irreversible as { phase?: unknown; what?: unknown }[]) : [])
    .filter(({ phase }) => phase === upgrade.phase)
    .map(({ what }) => String(what));

const texts = (list: unknown): string[] => (Array.isArray(list) ? list.map(String) : []);

const costsOf = (steps: readonly PlannedStep[]): string[] =>
  steps.flatMap(({ operation, type, name, changed }) => {
    const drivers = COSTS[type];
    const known = OPERATIONS[operation];
    if (drivers === undefined || known === undefined) return [];
    const touched = drivers.filter((driver) =>
      changed.some(
        (path) => path === driver || path.startsWith(`${driver}.`) || path.startsWith(`${driver}[`),
      ),
    );
    if (known === "update" && touched.length === 0) return [];
    return [`${known} ${name}${touched.length > 0 ? `: ${touched.join(", ")}` : ""}`];
  });
