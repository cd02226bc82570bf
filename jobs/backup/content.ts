import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";

const NEW_LINE = 10;

/** Passes text rows through while it counts and hashes them. A row is a line: COPY writes line feeds inside values as `\n`. */
export class ContentMeter extends Transform {
  readonly #hash = createHash("sha256");
  rows = 0;

  constructor(private readonly onRows: (rows: number) => void = () => undefined) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    for (let at = chunk.indexOf(NEW_LINE); at !== -1; at = chunk.indexOf(NEW_LINE, at + 1)) this.rows += 1;
    this.onRows(this.rows);
    done(null, chunk);
  }

  /** SHA-256 of all rows so far, in lower-case hexadecimal; ends the metering. */
  sha256(): string {
    return this.#hash.digest("hex");
  }
}
