/** What a plan would do to a resource: of an event of the engine or of a comparison. */
export interface PlannedStep {
  /** As the engine names it: `create`, `update`, `delete`, `replace`, `create-replacement`, `delete-replaced`, `same`, … */
  readonly operation: string;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Inputs as the program wants them; secrets are masked. Absent for what is removed. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** Inputs before; absent for what is new. */
  readonly before?: Readonly<Record<string, unknown>>;
  /** Paths of properties that change. */
  readonly changed: readonly string[];
}

/** Types whose loss or replacement loses data, keys or proofs. A test keeps it equal to the list of the policy pack. */
export const STATEFUL_TYPES: ReadonlySet<string> = new Set([
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
  "aws:rds/globalCluster:GlobalCluster",
  "aws:dynamodb/table:Table",
  "aws:efs/fileSystem:FileSystem",
  "aws:s3/bucket:Bucket",
  "aws:kms/key:Key",
  "aws:backup/vault:Vault",
  "kubernetes:core/v1:Namespace",
  "kubernetes:core/v1:PersistentVolumeClaim",
  "kubernetes:core/v1:PersistentVolume",
  "kubernetes:apps/v1:StatefulSet",
]);

const REMOVES: Readonly<Record<string, "delete" | "replace">> = {
  delete: "delete",
  "delete-replaced": "replace",
  replace: "replace",
  "create-replacement": "replace",
};

export interface Loss {
  readonly what: "delete" | "replace";
  readonly step: PlannedStep;
  /** What a person has to write into `confirm`. */
  readonly confirmation: string;
  readonly confirmed: boolean;
}

/**
 * Planned deletes and replacements of what holds data, keys or proofs. The one place that decides: the pull-request check
 * and the operator's command stop on each loss that nobody confirmed by name.
 */
export function plannedLosses(steps: readonly PlannedStep[], confirmed: readonly string[]): Loss[] {
  const losses = new Map<string, Loss>();
  for (const step of steps) {
    const what = REMOVES[step.operation];
    if (what === undefined || !STATEFUL_TYPES.has(step.type) || isScratch(step)) continue;
    const confirmation = `${what} ${step.name}`;
    losses.set(step.urn, { what, step, confirmation, confirmed: confirmed.includes(confirmation) });
  }
  return [...losses.values()];
}

/** The sentence for a loss that stops a run. */
export const lossText = ({ what, step, confirmation }: Loss): string =>
  `${step.name} (${step.type}) would be ${what === "delete" ? "deleted" : "replaced"}, with what it holds` +
  `${step.changed.length > 0 ? `, because of ${step.changed.join(", ")}` : ""}. ` +
  `Way out: undo the change, or confirm it with "${confirmation}" in confirm after taking a backup.`;

/** A copy of a database restored from a snapshot to be compared; it is made to be deleted. */
function isScratch({ inputs, before }: PlannedStep): boolean {
  const properties = inputs ?? before ?? {};
  const tags = properties.tags as Readonly<Record<string, unknown>> | undefined;
  return "snapshotIdentifier" in properties && tags?.purpose === "scratch";
}
