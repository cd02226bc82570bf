import { Transform, type TransformCallback } from "node:stream";
import { S3Failure } from "./failure";

/**
 * Takes the frames of `Content-Encoding: aws-chunked` off a body: `SIZE[;chunk-signature=…]\r\n DATA \r\n`, an empty
 * frame at the end, then trailers such as a checksum.
 */
export class ChunkedBody extends Transform {
  readonly trailers: Record<string, string> = {};
  private line = "";
  private left = 0;
  private state: "size" | "data" | "data-end" | "trailer" = "size";

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.state === "data") {
        const part = chunk.subarray(offset, offset + this.left);
        this.push(part);
        offset += part.length;
        this.left -= part.length;
        if (this.left === 0) this.state = "data-end";
        continue;
      }
      const end = chunk.indexOf(10, offset);
      this.line += chunk.toString("latin1", offset, end < 0 ? chunk.length : end);
      if (end < 0) break;
      offset = end + 1;
      const problem = this.consume(this.line.replace(/\r$/, ""));
      this.line = "";
      if (problem !== undefined) {
        done(problem);
        return;
      }
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    done(
      this.state === "trailer" ? null : new S3Failure(400, "IncompleteBody", "The body ends within a chunk"),
    );
  }

  private consume(line: string): Error | undefined {
    if (this.state === "data-end") {
      this.state = "size";
      return undefined;
    }
    if (this.state === "size") {
      const size = Number.parseInt(line.split(";", 1)[0] ?? "", 16);
      if (Number.isNaN(size)) return new S3Failure(400, "InvalidRequest", "A chunk has no size");
      this.left = size;
      this.state = size === 0 ? "trailer" : "data";
      return undefined;
    }
    const colon = line.indexOf(":");
    if (colon > 0) this.trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
    return undefined;
  }
}
