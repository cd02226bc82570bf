const MEBIBYTE = 1024 * 1024;
/** The smallest part S3 takes, except for the last one. */
const SMALLEST = 5 * MEBIBYTE;

/** S3 takes 10,000 parts, so the later parts of a very long stream are larger: 5 TiB fit. */
const sizeOfPart = (index: number): number =>
  index < 2000 ? SMALLEST : index < 6000 ? 4 * SMALLEST : 32 * SMALLEST;

/**
 * Cuts a stream into parts for a multipart upload. Holds one part at a time. A stream shorter than one part, or an
 * empty one, gives a single part that is the last.
 */
export async function* inParts(
  stream: AsyncIterable<Uint8Array>,
  size: (index: number) => number = sizeOfPart,
): AsyncGenerator<{ readonly part: Buffer; readonly last: boolean }> {
  let pieces: Uint8Array[] = [];
  let held = 0;
  let index = 0;
  const cut = (length: number): Buffer => {
    const all = Buffer.concat(pieces, held);
    pieces = length < held ? [all.subarray(length)] : [];
    held -= length;
    index += 1;
    return all.subarray(0, length);
  };
  for await (const piece of stream) {
    pieces.push(piece);
    held += piece.length;
    // Strictly more than a part is held before it is cut, so that the last part is never empty.
    while (held > size(index)) yield { part: cut(size(index)), last: false };
  }
  yield { part: cut(held), last: true };
}
