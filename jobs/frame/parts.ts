const MEBIBYTE = 1024 * 1024;
/** The smallest part S3 takes, except for the last one. */
const SMALLEST = 5 * MEBIBYTE;

/** S3 takes 10,000 parts, so the later parts of a very long stream are larger: 5 TiB fit. */
const sizeOfPart = (index: number): number =>
  index < 2000 ? SMALLEST : index < 6000 ? 4 * SMALLEST : 32 * SMALLEST;

/**
 * Cuts a stream into parts for a multipart upload. A stream shorter than one part, or an empty one, gives a single part
 * that is the last. All parts share one buffer, so a part is only good until the next one is asked for.
 */
export async function* inParts(
  stream: AsyncIterable<Uint8Array>,
  size: (index: number) => number = sizeOfPart,
): AsyncGenerator<{ readonly part: Buffer; readonly last: boolean }> {
  let index = 0;
  let buffer = Buffer.allocUnsafeSlow(size(index));
  let held = 0;
  for await (const piece of stream) {
    for (let taken = 0; taken < piece.length; ) {
      // A full buffer is kept until there is more, so that the last part is never empty.
      if (held === buffer.length) {
        yield { part: buffer, last: false };
        index += 1;
        if (size(index) !== buffer.length) buffer = Buffer.allocUnsafeSlow(size(index));
        held = 0;
      }
      const fits = Math.min(piece.length - taken, buffer.length - held);
      buffer.set(piece.subarray(taken, taken + fits), held);
      held += fits;
      taken += fits;
    }
  }
  yield { part: buffer.subarray(0, held), last: true };
}
