import { UserError } from "../errors";
import type { Crypter } from "../secrets/passphrase";
import type { ConfigValue } from "./config-value";
import { hasSecure, isSecure, type StackConfig } from "./stack-config";

/** A stack's configuration with what opens its secrets; asked for only when there are some. */
export interface SealedConfig {
  config: StackConfig;
  crypter: () => Promise<Crypter>;
}

/**
 * Copies one value, or all, into the file of another stack; secrets are encrypted anew with that stack's key.
 * @throws UserError when there is no such value
 */
export async function copyConfig(
  from: SealedConfig,
  to: SealedConfig,
  key: string | undefined,
  path: boolean,
): Promise<void> {
  const move = async (name: string, value: ConfigValue, isPath: boolean): Promise<void> => {
    const sealed = hasSecure(value) ? resealed(value, await from.crypter(), await to.crypter()) : value;
    to.config.set(name, sealed, isPath);
  };
  if (key === undefined) for (const [name, value] of from.config.values()) await move(name, value, false);
  else {
    const value = from.config.get(key, path);
    if (value === undefined) throw new UserError(`configuration key '${key}' not found`);
    await move(key, value, path);
  }
  to.config.save();
}

function resealed(value: ConfigValue, from: Crypter, to: Crypter): ConfigValue {
  if (isSecure(value)) return { secure: to.encrypt(from.decrypt(value.secure)) };
  if (Array.isArray(value)) return value.map((item) => resealed(item, from, to));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resealed(item, from, to)]));
}
