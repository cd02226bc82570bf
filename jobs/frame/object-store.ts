import type { Readable } from "node:stream";

/** Object storage as the steps need it: S3, or a stand-in with the same API. */
export interface ObjectStore {
  /** Stores a small object whole. Encrypted with `key` of KMS where one is given, else as the bucket says. */
  put(at: ObjectAddress, body: Uint8Array, options?: PutOptions): Promise<void>;
  /** Stores a stream of any length in parts; memory stays constant. An aborted upload leaves nothing behind. */
  putStream(at: ObjectAddress, body: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<StoredObject>;
  /** A small object whole, or undefined when there is none. */
  get(at: ObjectAddress): Promise<Buffer | undefined>;
  /** The bytes of an object as a stream, or undefined when there is none. */
  getStream(at: ObjectAddress): Promise<Readable | undefined>;
  /** Every object below a prefix. */
  list(bucket: string, prefix: string): AsyncIterable<{ readonly key: string; readonly bytes: number }>;
  close(): void;
}

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

export interface PutOptions {
  readonly contentType?: string;
  /** ARN or alias of the KMS key to encrypt with. Default: what the bucket prescribes. */
  readonly kmsKey?: string | undefined;
}

export interface StoredObject {
  readonly bytes: number;
  /** SHA-256 of all bytes, lower-case hexadecimal. */
  readonly sha256: string;
}
