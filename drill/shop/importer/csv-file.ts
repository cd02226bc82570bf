import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { CsvReader, type CsvRecord, guessDelimiter } from "./csv";
import type { FileMapping } from "./mapping";

const HEADER_BYTES = 65_536;

/** The names of the columns of a file. Throws when there is no line at all. */
export async function readHeader(
  path: string,
  mapping: FileMapping,
): Promise<{ header: string[]; delimiter: string }> {
  const handle = await open(path);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    refuseOtherEncoding(buffer, mapping.encoding);
    const text = new TextDecoder(mapping.encoding).decode(buffer.subarray(0, bytesRead), { stream: true });
    const delimiter =
      mapping.delimiter === undefined
        ? guessDelimiter(text.split("\n", 1)[0] ?? "")
        : mapping.delimiter === "tab"
          ? "\t"
          : mapping.delimiter;
    const reader = new CsvReader(delimiter);
    const first = [...reader.push(text), ...reader.end()][0];
    if (first === undefined || "problem" in first) throw new Error(first?.problem ?? "is empty");
    return { header: first.fields.map((name) => name.trim()), delimiter };
  } finally {
    await handle.close();
  }
}

/** A file that begins with the mark of one encoding is not in another. */
function refuseOtherEncoding(start: Buffer, encoding: string): void {
  const marked = [
    { encoding: "utf-8", mark: [0xef, 0xbb, 0xbf] },
    { encoding: "utf-16le", mark: [0xff, 0xfe] },
  ].find(({ mark }) => mark.every((byte, index) => start[index] === byte));
  if (marked !== undefined && marked.encoding !== encoding)
    throw new Error(`it begins with the mark of ${marked.encoding}; set encoding: ${marked.encoding}`);
}

/** The records of a file after its header, in batches as they are read. */
export async function* readRecords(
  path: string,
  mapping: FileMapping,
  delimiter: string,
): AsyncGenerator<Iterable<CsvRecord>> {
  const decoder = new TextDecoder(mapping.encoding);
  const reader = new CsvReader(delimiter);
  let header = true;
  function* withoutHeader(records: Iterable<CsvRecord>): Generator<CsvRecord> {
    for (const record of records) {
      if (header) header = false;
      else yield record;
    }
  }
  for await (const bytes of createReadStream(path, { highWaterMark: 262_144 }))
    yield withoutHeader(reader.push(decoder.decode(bytes as Buffer, { stream: true })));
  yield withoutHeader(reader.push(decoder.decode()));
  yield withoutHeader(reader.end());
}
