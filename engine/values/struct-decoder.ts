import { TAG } from "./struct-tags";
import type { PropertyMap, Value } from "./value";

/**
 * The properties in the bytes of a google.protobuf.Struct, read as google-protobuf reads them: unknown fields are
 * skipped, the last of several wins, keys come sorted.
 * @throws Error when the bytes are no Struct
 */
export function decodeStruct(bytes: Uint8Array): PropertyMap {
  return new Decoder(bytes).properties(bytes.length);
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

class Decoder {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  properties(end: number): PropertyMap {
    const keys: string[] = [];
    const values: Value[] = [];
    let sorted = true;
    while (this.at < end) {
      const tag = this.varint();
      if (tag !== TAG.entry) {
        this.skip(tag, end);
        continue;
      }
      const entryEnd = this.length(end);
      let key = "";
      let value: Value | undefined;
      while (this.at < entryEnd) {
        const part = this.varint();
        if (part === TAG.key) key = this.text(this.length(entryEnd));
        else if (part === TAG.value) value = this.value(this.length(entryEnd));
        else this.skip(part, entryEnd);
      }
      if (value === undefined) throw new Error(`the property '${key}' has no value`);
      sorted &&= keys.length === 0 || (keys[keys.length - 1] as string) < key;
      keys.push(key);
      values.push(value);
    }
    return sorted ? collect(keys, values) : collectSorted(keys, values);
  }

  private value(end: number): Value {
    let value: Value | undefined;
    while (this.at < end) {
      const tag = this.varint();
      if (tag === TAG.string) value = this.text(this.length(end));
      else if (tag === TAG.number) {
        value = this.bytes.readDoubleLE(this.at);
        this.at += 8;
      } else if (tag === TAG.boolean) value = this.varint() !== 0;
      else if (tag === TAG.struct) value = this.properties(this.length(end));
      else if (tag === TAG.list) value = this.list(this.length(end));
      else if (tag === TAG.null) {
        this.varint();
        value = null;
      } else this.skip(tag, end);
    }
    if (value === undefined) throw new Error("a property has a value of no kind");
    return value;
  }

  private list(end: number): Value[] {
    const items: Value[] = [];
    while (this.at < end) {
      const tag = this.varint();
      if (tag === TAG.item) items.push(this.value(this.length(end)));
      else this.skip(tag, end);
    }
    return items;
  }

  /** The end of what follows. */
  private length(end: number): number {
    const length = this.varint();
    if (this.at + length > end) throw new Error("a Struct is incomplete");
    return this.at + length;
  }

  private varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++];
    if (byte !== undefined && byte < 0x80) return byte;
    let result = 0;
    for (let scale = 1; byte !== undefined; scale *= 0x80) {
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) return result;
      byte = bytes[this.at++];
    }
    throw new Error("a Struct is incomplete");
  }

  private skip(tag: number, end: number): void {
    const kind = tag % 8;
    if (kind === VARINT) this.varint();
    else if (kind === FIXED64) this.at += 8;
    else if (kind === FIXED32) this.at += 4;
    else if (kind === DELIMITED) this.at = this.length(end);
    else throw new Error(`a Struct has a field of the unknown kind ${kind}`);
  }

  private text(end: number): string {
    const { bytes, at } = this;
    this.at = end;
    for (let i = at; i < end; i++) if ((bytes[i] as number) >= 0x80) return decodeLetters(bytes, at, end);
    return bytes.toString("latin1", at, end);
  }
}

function collect(keys: string[], values: Value[]): PropertyMap {
  const properties: PropertyMap = {};
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    // The map of google-protobuf cannot hold this one.
    if (key !== "__proto__") properties[key] = values[i] as Value;
  }
  return properties;
}

/** Other languages write maps in any order. */
function collectSorted(keys: string[], values: Value[]): PropertyMap {
  const last = new Map(keys.map((key, i) => [key, values[i] as Value]));
  const sorted = [...last.keys()].sort();
  return collect(
    sorted,
    sorted.map((key) => last.get(key) as Value),
  );
}

/** Unlike the runtime's own decoder this one lets halves of surrogate pairs through, as programs may send them. */
function decodeLetters(bytes: Buffer, start: number, end: number): string {
  let text = "";
  let codes: number[] = [];
  const next = (i: number): number => (bytes[i] as number) & 0x3f;
  for (let i = start; i < end; ) {
    const first = bytes[i++] as number;
    if (first < 0x80) codes.push(first);
    else if (first < 0xc0) continue;
    else if (first < 0xe0) codes.push(((first & 0x1f) << 6) | next(i++));
    else if (first < 0xf0) codes.push(((first & 0x0f) << 12) | (next(i++) << 6) | next(i++));
    else if (first < 0xf8) {
      const point = (((first & 0x07) << 18) | (next(i++) << 12) | (next(i++) << 6) | next(i++)) - 0x10000;
      codes.push(((point >> 10) & 0x3ff) + 0xd800, (point & 0x3ff) + 0xdc00);
    }
    if (codes.length >= 8192) {
      text += String.fromCharCode(...codes);
      codes = [];
    }
  }
  return text + String.fromCharCode(...codes);
}
