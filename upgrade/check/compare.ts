import { isDeepStrictEqual } from "node:util";
import type { PlannedStep } from "./stateful";

/**
 * Properties of stateful resources that no provider changes in place. Previews against a real state know all of them; a
 * comparison of two programs knows these, because a mistake here would lose data.
 */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  "aws:rds/instance:Instance": [
    "identifier",
    "engine",
    "dbName",
    "username",
    "storageEncrypted",
    "kmsKeyId",
    "snapshotIdentifier",
    "characterSetName",
    "timezone",
    "availabilityZone",
  ],
  "aws:rds/cluster:Cluster": [
    "clusterIdentifier",
    "engine",
    "databaseName",
    "masterUsername",
    "storageEncrypted",
    "kmsKeyId",
    "snapshotIdentifier",
  ],
  "aws:s3/bucket:Bucket": ["bucket", "bucketPrefix", "objectLockEnabled"],
  "aws:kms/key:Key": ["customerMasterKeySpec", "keyUsage", "multiRegion"],
  "aws:backup/vault:Vault": ["name", "kmsKeyArn"],
  "aws:dynamodb/table:Table": ["name", "hashKey", "rangeKey"],
  "aws:efs/fileSystem:FileSystem": ["creationToken", "encrypted", "kmsKeyId"],
  "kubernetes:core/v1:Namespace": ["metadata.name"],
  "kubernetes:core/v1:PersistentVolumeClaim": [
    "metadata.name",
    "metadata.namespace",
    "spec.storageClassName",
  ],
  "kubernetes:apps/v1:StatefulSet": ["metadata.name", "metadata.namespace", "spec.volumeClaimTemplates"],
};

/** What a program would change where another one stands: by identity, then by inputs. Both lists come from previews. */
export function compare(base: readonly PlannedStep[], head: readonly PlannedStep[]): PlannedStep[] {
  const before = new Map(base.map((step) => [step.urn, step]));
  const after = new Set(head.map(({ urn }) => urn));
  return [
    ...head.map((step): PlannedStep => {
      const old = before.get(step.urn);
      if (old === undefined) return { ...step, operation: "create", changed: [] };
      const changed = changedPaths(old.inputs ?? {}, step.inputs ?? {});
      return {
        ...step,
        ...(old.inputs === undefined ? {} : { before: old.inputs }),
        operation: changed.length === 0 ? "same" : isFixed(step.type, changed) ? "replace" : "update",
        changed,
      };
    }),
    ...base
      .filter(({ urn }) => !after.has(urn))
      .map(
        ({ inputs, ...step }): PlannedStep => ({
          ...step,
          operation: "delete",
          changed: [],
          ...(inputs === undefined ? {} : { before: inputs }),
        }),
      ),
  ];
}

const isFixed = (type: string, changed: readonly string[]): boolean =>
  (FIXED[type] ?? []).some((fixed) => changed.some((path) => path === fixed || path.startsWith(`${fixed}.`)));

/** Paths at which two values differ; lists are compared as a whole. */
export function changedPaths(before: unknown, after: unknown, path = ""): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isGroup(before) || !isGroup(after)) return [path];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .flatMap((key) => changedPaths(before[key], after[key], path === "" ? key : `${path}.${key}`));
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
