import { parseParameters } from "../../../infra/parameters";
import type { ReleaseSamples } from "../../../upgrade/gates/sampling";
import { minimal } from "../../infra/samples";

/** Parameters that are in order, with the defaults of every gate. */
export const sampleParameters = () => parseParameters(minimal());

/** So many answers of one path, spread a little around `milliseconds`. */
export const samplesOf = (path: string, count: number, milliseconds: number): ReleaseSamples => ({
  times:
    count === 0
      ? {}
      : { [path]: Array.from({ length: count }, (_, index) => milliseconds + (index % 10) / 2) },
  total: count,
  failed: 0,
  problem: undefined,
});
