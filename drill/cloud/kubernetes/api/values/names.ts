import { randomInt, randomUUID } from "node:crypto";

// No vowels and no easily mistaken characters, as in the real API.
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** Five random characters, the end of generated names. */
export function randomSuffix(): string {
  return Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}

export function newUid(): string {
  return randomUUID();
}

/** A number in the alphabet of generated names. */
export function safeEncoded(text: string): string {
  return [...text].map((character) => ALPHABET[character.charCodeAt(0) % ALPHABET.length]).join("");
}
