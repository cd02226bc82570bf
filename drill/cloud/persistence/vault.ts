import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

export interface Vault {
  seal(text: string): string;
  /** Throws when the text was sealed with another key, or altered. */
  open(sealed: string): string;
}

const PREFIX = "sealed:";

/** Encrypts with a key of the directory's own (`key`, readable by its owner alone), made at first use. */
export function openVault(directory: string): Vault {
  const key = keyOf(path.join(directory, "key"));
  return {
    seal(text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return PREFIX + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64");
    },
    open(sealed) {
      if (!sealed.startsWith(PREFIX)) throw new Error("A value of the drill cloud's state is not sealed.");
      const bytes = Buffer.from(sealed.slice(PREFIX.length), "base64");
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
    },
  };
}

function keyOf(file: string): Buffer {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== "EEXIST") throw problem;
  }
  chmodSync(file, 0o600);
  const key = Buffer.from(readFileSync(file, "utf8"), "hex");
  if (key.length !== 32)
    throw new Error(`${file} is not a key of the drill cloud. Remove the folder to start afresh.`);
  return key;
}
