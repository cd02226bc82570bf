import { createHash, type Hash } from "node:crypto";

/** A checksum that grows with the content; the answer is base64, as S3 headers carry it. */
export interface Checksum {
  update(chunk: Buffer): void;
  digest(): string;
}

/** By header name. CRC64NVME, which only newer tools send, is kept but not computed. */
export const CHECKSUMS: Readonly<Record<string, () => Checksum>> = {
  "checksum-crc32": () => cyclic(0xedb88320),
  "checksum-crc32c": () => cyclic(0x82f63b78),
  "checksum-sha1": () => hashed(createHash("sha1")),
  "checksum-sha256": () => hashed(createHash("sha256")),
};

function hashed(hash: Hash): Checksum {
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest("base64") };
}

const tables = new Map<number, Uint32Array>();

function cyclic(polynomial: number): Checksum {
  const table = tables.get(polynomial) ?? tableOf(polynomial);
  tables.set(polynomial, table);
  let remainder = 0xffffffff;
  return {
    update(chunk) {
      for (const byte of chunk)
        remainder = ((table[(remainder ^ byte) & 0xff] as number) ^ (remainder >>> 8)) >>> 0;
    },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE((remainder ^ 0xffffffff) >>> 0);
      return bytes.toString("base64");
    },
  };
}

function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value >>> 0;
  });
}
