import type { Source } from "../../declarations/model";
import { bucketOf, lockClass } from "../buckets";
import { PASS_THROUGH } from "../forward";
import { readsWholeRow, textsOf } from "../inputs";
import { call, identifier, QUIETLY } from "../names";
import { changed } from "./changed";
import { columnVariables } from "./changed-columns";
import { freshDoubts, freshRows, freshTarget } from "./fresh";
import { REMEMBERED } from "./rows";
import { spelledOut } from "./spelled-out";

/** Rows of one statement up to which each is written by itself. */
const FEW_ROWS = 8;

/**
 * Whether rows of a source can be written one by one: each is one row, no other row has a say in it, and its row in the
 * first target tells that it was looked at before.
 */
export const singly = (source: Source): boolean =>
  source.identity.length === 1 &&
  source.targets.length > 0 &&
  source.targets[0]?.when === undefined &&
  source.targets[0]?.each === undefined &&
  source.merge === undefined &&
  ![
    ...source.prepare.flatMap((stage) => Object.values(stage)),
    ...source.rules.map((rule) => rule.when),
    ...source.targets.flatMap(textsOf),
  ].some(readsWholeRow);

/** Variables of `singleRows`. */
export const singleVariables = (source: Source): string =>
  `s record; few bigint; low ${source.keyType}; high ${source.keyType}; doubtful boolean; ${REMEMBERED} jsonb; ${columnVariables(spelledOut(source))} ${QUIETLY.declare}`;

/**
 * PL/pgSQL that writes the few rows of a live statement forward row by row, target by target, and only those a change
 * concerns. What customers do is mostly one row at a time, and a statement that knows all targets and cases costs several
 * times what it does. The range is locked before anything of the new model is read; rows of two ranges take the long way.
 * Where it ends without RETURN, `keys` is what is left for the long way: NULL for all rows, when the rows are many, a key
 * changed, the snapshot is an old one, or an error came up; else rows that are set aside, in the quarantine, or not loaded
 * yet, so that nothing is known about what did not change.
 */
export function singleRows(source: Source, event: "insert" | "update"): string {
  const key = identifier(source.key);
  const counted = source.ranged
    ? `SELECT pg_catalog.count(*), pg_catalog.min(n.${key}), pg_catalog.max(n.${key}) INTO few, low, high FROM new_rows n;`
    : "SELECT pg_catalog.count(*) INTO few FROM new_rows n;";
  const near = source.ranged ? ` AND ${bucketOf(source, "low")} = ${bucketOf(source, "high")}` : "";
  const lock = call(
    `pg_catalog.pg_advisory_xact_lock_shared(${lockClass(source)}, ${source.ranged ? bucketOf(source, "low") : "0"})`,
  );
  const { rows, judge, write } =
    event === "update"
      ? changed(source)
      : {
          rows: freshRows(source),
          judge: freshDoubts(source),
          write: source.targets.map(freshTarget).join("\n"),
        };
  return `  ${counted}
  IF few = 0 THEN RETURN NULL; END IF;
  IF few <= ${FEW_ROWS} AND pg_catalog.current_setting('transaction_isolation') = 'read committed'${near} THEN
    ${lock}
    keys := '{}';
    BEGIN
      ${QUIETLY.begin}
      FOR s IN ${rows} LOOP
        ${judge}        IF doubtful THEN
          keys := keys || s.${key};
        ELSE
${write}
        END IF;
      END LOOP;
      ${QUIETLY.end}
    EXCEPTION WHEN ${PASS_THROUGH} THEN RAISE;
      WHEN OTHERS THEN keys := NULL;
    END;
    IF pg_catalog.cardinality(keys) = 0 THEN RETURN NULL; END IF;
  END IF;`;
}
