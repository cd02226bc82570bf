import { BinaryReader, type BinaryWriter, type Map as ProtobufMap } from "google-protobuf";
import { Struct, type Value as WireValue } from "google-protobuf/google/protobuf/struct_pb";

/**
 * Structs as part of messages, held as the bytes they travel as: google-protobuf would make several objects for each
 * value, which cost more than everything else that happens to a message.
 */
interface Held extends Struct {
  [BYTES]?: Uint8Array | undefined;
}
const BYTES = Symbol("bytes");

type Fields = ProtobufMap<string, WireValue>;

/** Lets the Struct stand for what is encoded. */
export function hold(struct: Struct, bytes: Uint8Array): Struct {
  (struct as Held)[BYTES] = bytes;
  struct.getFieldsMap = getFieldsMap;
  return struct;
}

/** The bytes of a Struct that is held encoded. */
export const heldBytes = (struct: Struct): Uint8Array | undefined => (struct as Held)[BYTES];

/** What generated code writes a Struct by; whoever wants to see the fields makes it an ordinary one. */
function getFieldsMap(this: Held, forWriting?: boolean): Fields {
  const bytes = this[BYTES];
  if (bytes && forWriting) return writable(bytes);
  this.getFieldsMap = Struct.prototype.getFieldsMap;
  this[BYTES] = undefined;
  if (bytes) Struct.deserializeBinaryFromReader(this, new BinaryReader(bytes));
  return this.getFieldsMap();
}

const writable = (bytes: Uint8Array): Fields =>
  ({
    getLength: () => bytes.length,
    serializeBinary: (_field: number, writer: BinaryWriter) =>
      writer.writeSerializedMessage(bytes, 0, bytes.length),
  }) as unknown as Fields;

/** Reads messages, but leaves the Structs in them encoded. */
export function messageReader(bytes: Uint8Array): BinaryReader {
  // A plain view: google-protobuf copies what is a Buffer.
  const reader = new BinaryReader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  reader.readMessage = readMessage;
  return reader;
}

const readWhole = BinaryReader.prototype.readMessage;
const readMessage: BinaryReader["readMessage"] = function (this: BinaryReader, message, read): void {
  if (message instanceof Struct) hold(message, this.readBytes());
  else readWhole.call(this, message, read);
};
