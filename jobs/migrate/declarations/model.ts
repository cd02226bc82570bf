import type { CleaningRule, SourceMapping } from "../../../releases/mapping";
import type { Remembered } from "./originals";

/** Mappings bound to the tables that are really there: what every generator of SQL works from. */
export interface Model {
  readonly from: Side;
  readonly to: Side;
  /** In the order of their priority; a source comes after those it waits for. */
  readonly sources: readonly Source[];
}

export interface Side {
  readonly release: string;
  readonly schema: string;
}

export interface Source {
  readonly dataSet: string;
  readonly priority: number;
  /** Part of every advisory lock of this source. */
  readonly number: number;
  readonly schema: string;
  readonly table: string;
  readonly key: string;
  readonly keyType: string;
  /** Columns that tell rows apart: the key alone, or the primary key where several rows share a key. */
  readonly identity: readonly string[];
  /** Whether keys are whole numbers, so that ranges of them can be locked one by one. */
  readonly ranged: boolean;
  readonly columns: readonly string[];
  /** Their types, by name. */
  readonly types: Readonly<Record<string, string>>;
  readonly after: readonly string[];
  readonly recent?: string;
  readonly prepare: readonly Readonly<Record<string, string>>[];
  readonly merge?: NonNullable<SourceMapping["merge"]>;
  readonly rules: readonly CleaningRule[];
  readonly targets: readonly Target[];
  readonly backward?: Backward;
  /** Estimated rows. */
  readonly rows: number;
}

export interface Target {
  readonly schema: string;
  readonly table: string;
  readonly owner: string;
  readonly key: readonly string[];
  readonly when?: string;
  readonly each?: { readonly from: string; readonly as: string };
  readonly filter?: string;
  readonly columns: readonly TargetColumn[];
}

export interface TargetColumn {
  readonly name: string;
  readonly type: string;
  readonly forward: string;
  /** How a value is compared, `$` standing for it. */
  readonly compare: string;
  /** The column keeps these old values where they differ; `forward` is made of them. */
  readonly remembers?: readonly Remembered[];
}

export interface Backward {
  readonly gather: readonly Gathered[];
  readonly columns: readonly { readonly name: string; readonly type: string; readonly expression: string }[];
}

export interface Gathered {
  readonly table: string;
  readonly owner: string;
  readonly as: string;
  readonly columns?: Readonly<Record<string, string>>;
  readonly where?: string;
}

/** Whether a source is written to several targets, so that its row must be locked before it is gathered. */
export const gathers = (source: Source): boolean => (source.backward?.gather.length ?? 0) > 0;

/** The targets whose changes are written backward: the first and those it gathers from. */
export const writtenBackward = (source: Source): readonly Target[] =>
  source.backward === undefined
    ? []
    : source.targets.filter(
        (target, index) =>
          index === 0 || source.backward?.gather.some((gathered) => gathered.table === target.table),
      );
