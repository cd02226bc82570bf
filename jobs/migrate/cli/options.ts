import { EnvironmentProblem } from "../../frame/problems";
import { type MigrationSettings, RANGES, readSettings } from "../settings";

/** Options of the command line that are numbers, as they were typed. */
export interface TypedNumbers {
  readonly parallel?: string;
  readonly chunkRows?: string;
  readonly slowdown?: string;
  readonly productionRows?: string;
  readonly sample?: string;
}

export interface Numbers {
  readonly settings: MigrationSettings;
  readonly productionRows?: number;
  /** Share of the ranges to compare, over 0 and up to 1. */
  readonly sample: number;
}

/** Reads them before anything is done, and names every one that is wrong. */
export function readNumbers(typed: TypedNumbers): Numbers {
  const problems: string[] = [];
  const read = (
    flag: string,
    text: string | undefined,
    [least, most]: readonly [number, number],
    whole = true,
  ) => {
    if (text === undefined) return undefined;
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
    problems.push(
      `${flag}: expected a ${whole ? "whole " : ""}number from ${least} to ${most} (got "${text}")`,
    );
    return undefined;
  };
  const tuning = {
    parallel: read("--parallel", typed.parallel, RANGES.parallel),
    chunkRows: read("--chunk-rows", typed.chunkRows, RANGES.chunkRows),
    slowdown: read("--slowdown", typed.slowdown, RANGES.slowdown, false),
  };
  const productionRows = read("--production-rows", typed.productionRows, [1, 1e12]);
  const sample = read("--sample", typed.sample, [0.0001, 1], false) ?? 1;
  if (problems.length > 0) throw new EnvironmentProblem(problems);
  return {
    settings: readSettings(tuning),
    sample,
    ...(productionRows === undefined ? {} : { productionRows }),
  };
}
