import type { BinaryReader } from "google-protobuf";
import { messageReader } from "../values/encoded-struct";

interface MessageType {
  new (): unknown;
  deserializeBinaryFromReader(message: unknown, reader: BinaryReader): unknown;
}

/** Generated methods name the classes of their messages, though their types do not say so. */
interface Typed {
  readonly requestType?: MessageType;
  readonly responseType?: MessageType;
}

/** The request in the bytes; properties in it stay encoded until they are wanted. */
export function requestIn(
  bytes: Buffer,
  method: { requestDeserialize: (bytes: Buffer) => unknown } & Typed,
): unknown {
  return method.requestType ? read(bytes, method.requestType) : method.requestDeserialize(bytes);
}

/** The response in the bytes; properties in it stay encoded until they are wanted. */
export function responseIn<Response>(
  bytes: Buffer,
  method: { responseDeserialize: (bytes: Buffer) => Response } & Typed,
): Response {
  return method.responseType
    ? (read(bytes, method.responseType) as Response)
    : method.responseDeserialize(bytes);
}

const read = (bytes: Buffer, type: MessageType): unknown =>
  type.deserializeBinaryFromReader(new type(), messageReader(bytes));
