import { createHash } from "node:crypto";
import type { Values } from "../provider/values";
import type { Kind } from "./kind";

/**
 * Inputs with the resource's own name filled in. A generated name keeps to what was generated before, and is the same
 * in a preview and in the update that follows it, because it is made from the engine's seed.
 */
export function named(
  kind: Kind,
  inputs: Values,
  oldInputs: Values | undefined,
  nameInProgram: string,
  randomSeed: Uint8Array,
): Values {
  const naming = kind.naming;
  if (naming === undefined || inputs[naming.property] !== undefined) return inputs;
  const old = oldInputs?.[naming.property];
  const prefix = naming.prefixProperty === undefined ? undefined : inputs[naming.prefixProperty];
  const stem = typeof prefix === "string" ? prefix : `${nameInProgram}-`;
  // A name that was given before and is given no longer is replaced by a generated one.
  if (typeof old === "string" && old.startsWith(stem) && /^[0-9a-f]{7}$/.test(old.slice(-7)))
    return { ...inputs, [naming.property]: old };
  const suffix = createHash("sha256").update(randomSeed).update(nameInProgram).digest("hex").slice(0, 7);
  const name = stem.slice(0, naming.maximum - suffix.length) + suffix;
  return { ...inputs, [naming.property]: naming.lowerCase ? name.toLowerCase() : name };
}
