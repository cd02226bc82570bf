import { UserError } from "../errors";

/** What precedes a message: one byte that says whether it is compressed, four bytes with its length. */
const PREFIX = 5;

/** A message as it travels on a stream. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(PREFIX + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, PREFIX);
  return framed;
}

/**
 * The message a stream has brought.
 * @throws Error when it is not there as a whole, or compressed
 */
export function unframe(chunks: Buffer[]): Uint8Array {
  const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  if (bytes.length < PREFIX) throw new UserError("the message is incomplete");
  if (bytes[0] !== 0) throw new UserError("compressed messages are not supported");
  const length = bytes.readUInt32BE(1);
  if (bytes.length < PREFIX + length) throw new UserError("the message is incomplete");
  return bytes.subarray(PREFIX, PREFIX + length);
}

/** The text of a status as a header: bytes outside printable ASCII, and the percent sign, are escaped. */
export const escapeMessage = (text: string): string =>
  Buffer.from(text, "utf8").reduce(
    (escaped, byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? escaped + String.fromCharCode(byte)
        : `${escaped}%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    "",
  );

export function unescapeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
