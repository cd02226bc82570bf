import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { UserError } from "../errors";

const ITERATIONS = 1_000_000;
const KEY_BYTES = 32;
const derive = promisify(pbkdf2);

/** Encrypts and decrypts strings in the CLI's scheme `v1:nonce:ciphertext` (AES-256-GCM, base64). */
export interface Crypter {
  encrypt(plaintext: string): string;
  decrypt(ciphertext: string): string;
}

class Aes implements Crypter {
  constructor(private readonly key: Buffer) {}

  encrypt(plaintext: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.key, nonce);
    const sealed = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
  }

  decrypt(ciphertext: string): string {
    const [version, nonce, sealed] = ciphertext.split(":");
    if (version !== "v1" || nonce === undefined || sealed === undefined)
      throw new UserError("failed to decrypt: the ciphertext is not in the form v1:nonce:data");
    try {
      const bytes = Buffer.from(sealed, "base64");
      const decipher = createDecipheriv("aes-256-gcm", this.key, Buffer.from(nonce, "base64"));
      decipher.setAuthTag(bytes.subarray(bytes.length - 16));
      return (
        decipher.update(bytes.subarray(0, bytes.length - 16), undefined, "utf8") + decipher.final("utf8")
      );
    } catch {
      throw new UserError("failed to decrypt: the secret was encrypted with another key, or was damaged");
    }
  }
}

/** A passphrase secrets provider: the salt that is written to files, and the key once it is derived. */
export interface SecretsManager {
  /** Content of `encryptionsalt` in the stack file and of `secrets_providers.state.salt` in the state. */
  readonly salt: string;
  readonly crypter: Crypter;
}

export const WRONG_PASSPHRASE =
  "incorrect passphrase, please set PULUMI_CONFIG_PASSPHRASE to the correct passphrase " +
  "or set PULUMI_CONFIG_PASSPHRASE_FILE to a file containing the passphrase";

/** @throws UserError when neither variable is set or the file cannot be read */
export function readPassphrase(environment: NodeJS.ProcessEnv): string {
  if (environment.PULUMI_CONFIG_PASSPHRASE !== undefined) return environment.PULUMI_CONFIG_PASSPHRASE;
  const file = environment.PULUMI_CONFIG_PASSPHRASE_FILE;
  if (file) {
    try {
      return readFileSync(file, "utf8").trim();
    } catch (error) {
      throw new UserError(`unable to read PULUMI_CONFIG_PASSPHRASE_FILE: ${(error as Error).message}`);
    }
  }
  throw new UserError(
    "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
  );
}

/** A new random salt, and the manager for it. */
export async function newSecretsManager(passphrase: string): Promise<SecretsManager> {
  const salt = randomBytes(8);
  const crypter = new Aes(await derive(passphrase, salt, ITERATIONS, KEY_BYTES, "sha256"));
  return { salt: `v1:${salt.toString("base64")}:${crypter.encrypt("pulumi")}`, crypter };
}

const opened = new Map<string, Promise<SecretsManager>>();

/**
 * Derives the key for a salt, about half a second of one core; done once a process.
 * @throws UserError when the passphrase is not the one the salt was made with
 */
export function openSecretsManager(salt: string, passphrase: string): Promise<SecretsManager> {
  const key = JSON.stringify([salt, passphrase]);
  let manager = opened.get(key);
  if (!manager) {
    manager = open(salt, passphrase);
    opened.set(key, manager);
  }
  return manager;
}

async function open(state: string, passphrase: string): Promise<SecretsManager> {
  const match = /^v1:([^:]*):(.+)$/.exec(state);
  if (!match?.[1] || !match[2])
    throw new UserError("malformed state value for the passphrase secrets provider");
  const key = await derive(passphrase, Buffer.from(match[1], "base64"), ITERATIONS, KEY_BYTES, "sha256");
  const crypter = new Aes(key);
  try {
    if (crypter.decrypt(match[2]) !== "pulumi") throw new UserError(WRONG_PASSPHRASE);
  } catch {
    throw new UserError(WRONG_PASSPHRASE);
  }
  return { salt: state, crypter };
}
