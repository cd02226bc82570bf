import type { Source } from "../declarations/model";
import { call } from "./names";

/** Keys are locked in ranges of 2^BUCKET_BITS. */
export const BUCKET_BITS = 10;
export const BUCKET_KEYS = 2 ** BUCKET_BITS;

/** First part of the two-part advisory locks: 0x0de2 and the number of the source. */
export const lockClass = (source: Source): number => 0x0de2_0000 + source.number;

/** Number of the range a key lies in. Sources without whole-number keys are one range. */
export const bucketOf = (source: Source, key: string): string =>
  source.ranged ? `((${key})::bigint >> ${BUCKET_BITS} & 2147483647)::integer` : "0";

/** Takes the shared locks of the ranges that keys lie in; held to the end of the transaction. */
export function lockBuckets(source: Source, keys: string): string {
  const lock = `pg_catalog.pg_advisory_xact_lock_shared(${lockClass(source)}, bucket)`;
  const lockOne = (bucket: string): string =>
    call(`pg_catalog.pg_advisory_xact_lock_shared(${lockClass(source)}, ${bucket})`);
  if (!source.ranged) return lockOne("0");
  return `IF pg_catalog.cardinality(${keys}) = 1 THEN
    ${lockOne(bucketOf(source, `${keys}[1]`))}
  ELSE
    PERFORM ${lock} FROM (SELECT DISTINCT ${bucketOf(source, "k")} AS bucket FROM pg_catalog.unnest(${keys}) k ORDER BY 1) buckets;
  END IF;`;
}
