import type { Properties } from "../frame/rule";
import { isScratch, known } from "../security/aws/relations";

/** Types whose loss or replacement loses data, keys or proofs. */
export const STATEFUL_TYPES: readonly string[] = [
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
];

/** Whether losing this resource loses something. A scratch copy of a database is made to be deleted. */
export const isStateful = (type: string, props: Properties): boolean =>
  STATEFUL_TYPES.includes(type) && !(known(() => isScratch(props)) ?? false);
