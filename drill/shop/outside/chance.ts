import { createHash } from "node:crypto";

/** A number in [0, 1) that depends on the seed and the parts alone, so that a drill can be repeated. */
export function chance(seed: string, ...parts: readonly (string | number)[]): number {
  return (
    createHash("sha256")
      .update(JSON.stringify([seed, ...parts]))
      .digest()
      .readUInt32BE(0) /
    2 ** 32
  );
}
