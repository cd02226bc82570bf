import { TAG } from "./struct-tags";
import {
  isObject,
  OUTPUT,
  type PropertyMap,
  RESOURCE_REFERENCE,
  SECRET,
  SIGNATURE,
  signatureOf,
  UNKNOWN,
  type Value,
} from "./value";

export interface WireOptions {
  /** Unknown values are sent; otherwise properties that are unknown are left out. */
  keepUnknowns?: boolean;
  keepSecrets?: boolean;
  keepResources?: boolean;
  keepOutputs?: boolean;
}

/**
 * The bytes of a google.protobuf.Struct with the properties, reduced to what the receiver understands: the same bytes
 * google-protobuf writes, without an object for each value.
 * @throws Error for what no Struct can hold
 */
export function encodeStruct(properties: PropertyMap, options: WireOptions = {}): Buffer {
  at = scratch.length;
  writeProperties(properties, options);
  const bytes = scratch.subarray(at);
  if (scratch.length <= LARGEST) return Buffer.from(bytes);
  // One large resource must not hold memory until the end.
  scratch = Buffer.allocUnsafe(SMALLEST);
  return bytes;
}

// Written from the end to the start: what a message contains is there before its length has to be written.
const SMALLEST = 64 * 1024;
const LARGEST = 512 * 1024;
let scratch = Buffer.allocUnsafe(SMALLEST);
let at = 0;

function reserve(bytes: number): void {
  if (at >= bytes) return;
  const used = scratch.length - at;
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, used + bytes));
  scratch.copy(larger, larger.length - used, at);
  at = larger.length - used;
  scratch = larger;
}

const NOTHING_LEFT_OUT: WireOptions = {
  keepUnknowns: true,
  keepSecrets: true,
  keepResources: true,
  keepOutputs: true,
};

function writeProperties(properties: PropertyMap, options: WireOptions): void {
  const keys = sortedKeys(properties);
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i] as string;
    const value = reduced(properties[key] as Value, options);
    if (options.keepUnknowns || value !== UNKNOWN) writeEntry(key, value, options);
  }
}

function writeEntry(key: string, value: Value, options: WireOptions): void {
  const before = fromEnd();
  writeValue(value, options);
  writePrefix(TAG.value, before);
  const beforeKey = fromEnd();
  writeText(key);
  writePrefix(TAG.key, beforeKey);
  writePrefix(TAG.entry, before);
}

/** Writes a value that is reduced on its outside. */
function writeValue(value: Value, options: WireOptions): void {
  const before = fromEnd();
  if (typeof value === "string") {
    writeText(value);
    writePrefix(TAG.string, before);
  } else if (typeof value === "number") {
    writeNumber(value);
  } else if (typeof value === "boolean") {
    writePair(TAG.boolean, value ? 1 : 0);
  } else if (value === null) {
    writePair(TAG.null, 0);
  } else if (Array.isArray(value)) {
    for (let i = value.length - 1; i >= 0; i--) {
      const beforeItem = fromEnd();
      writeValue(reduced(value[i] as Value, options), options);
      writePrefix(TAG.item, beforeItem);
    }
    writePrefix(TAG.list, before);
  } else if (typeof value === "object") {
    const keys = sortedKeys(value);
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i] as string;
      // A signature that is no text marks nothing; nor is anything below it looked at.
      if (key === SIGNATURE) writeEntry(key, value[key] as Value, NOTHING_LEFT_OUT);
      else writeEntry(key, reduced(value[key] as Value, options), options);
    }
    writePrefix(TAG.struct, before);
  } else throw new Error(`a property cannot be ${typeof value}`);
}

/** The value without the marks around it that the receiver does not understand. */
function reduced(value: Value, options: WireOptions): Value {
  if (!isObject(value)) return value;
  const signature = signatureOf(value);
  if (signature === undefined) return value;
  if (signature === SECRET && !options.keepSecrets) return reduced(value.value ?? null, options);
  if (signature === OUTPUT && !options.keepOutputs) {
    if (value.value === undefined) return UNKNOWN;
    return options.keepSecrets && value.secret === true
      ? { [SIGNATURE]: SECRET, value: value.value }
      : reduced(value.value, options);
  }
  if (signature === RESOURCE_REFERENCE && !options.keepResources)
    return reduced(value.id ?? null, options) ?? reduced(value.urn ?? null, options);
  return value;
}

function sortedKeys(properties: PropertyMap): string[] {
  const keys = Object.keys(properties);
  // The map of google-protobuf cannot hold this one.
  return (keys.includes("__proto__") ? keys.filter((key) => key !== "__proto__") : keys).sort();
}

const fromEnd = (): number => scratch.length - at;

/** The tag and length of what was written since. */
function writePrefix(tag: number, since: number): void {
  let length = fromEnd() - since;
  reserve(6);
  if (length < 0x80) scratch[--at] = length;
  else {
    const bytes = length < 0x4000 ? 2 : length < 0x200000 ? 3 : length < 0x10000000 ? 4 : 5;
    at -= bytes;
    for (let i = 0; i < bytes; i++) {
      scratch[at + i] = i < bytes - 1 ? (length & 0x7f) | 0x80 : length;
      length >>>= 7;
    }
  }
  scratch[--at] = tag;
}

function writePair(tag: number, value: number): void {
  reserve(2);
  scratch[--at] = value;
  scratch[--at] = tag;
}

function writeNumber(value: number): void {
  reserve(9);
  at -= 8;
  scratch.writeDoubleLE(value, at);
  // google-protobuf has its own bits for what is not a number.
  if (Number.isNaN(value)) scratch.fill(0xff, at, at + 7).writeUInt8(0x7f, at + 7);
  scratch[--at] = TAG.number;
}

/** Longer texts are left to the runtime, whose calls cost more than a few letters. */
const SHORT = 64;
/** Half of a surrogate pair, which the runtime would replace. */
const HALF = /\p{Surrogate}/u;

function writeText(text: string): void {
  if (text.length > SHORT && !HALF.test(text)) {
    const bytes = Buffer.byteLength(text);
    reserve(bytes);
    at -= bytes;
    scratch.write(text, at);
    return;
  }
  reserve(text.length * 3);
  for (let i = text.length - 1; i >= 0; i--) {
    const code = text.charCodeAt(i);
    if (code < 0x80) scratch[--at] = code;
    else i -= writeLetter(text, i, code);
  }
}

/** @returns how many letters before this one are written with it */
function writeLetter(text: string, i: number, code: number): number {
  const low = code >= 0xdc00 && code <= 0xdfff;
  const before = low && i > 0 ? text.charCodeAt(i - 1) : 0;
  if (before >= 0xd800 && before <= 0xdbff) {
    const point = (before - 0xd800) * 0x400 + (code - 0xdc00) + 0x10000;
    scratch[--at] = (point & 0x3f) | 0x80;
    scratch[--at] = ((point >> 6) & 0x3f) | 0x80;
    scratch[--at] = ((point >> 12) & 0x3f) | 0x80;
    scratch[--at] = (point >> 18) | 0xf0;
    return 1;
  }
  // The first half of a pair without the second is dropped by google-protobuf, except at the end.
  if (code >= 0xd800 && code <= 0xdbff && i + 1 < text.length) return 0;
  scratch[--at] = (code & 0x3f) | 0x80;
  if (code < 0x800) scratch[--at] = (code >> 6) | 0xc0;
  else {
    scratch[--at] = ((code >> 6) & 0x3f) | 0x80;
    scratch[--at] = (code >> 12) | 0xe0;
  }
  return 0;
}
