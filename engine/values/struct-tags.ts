/** Tags of google.protobuf.Struct, Value and ListValue: the number of a field, and how it is encoded. */
export const TAG = {
  // Struct, and an entry of its map
  entry: 0x0a,
  key: 0x0a,
  value: 0x12,
  // Value
  null: 0x08,
  number: 0x11,
  string: 0x1a,
  boolean: 0x20,
  struct: 0x2a,
  list: 0x32,
  // ListValue
  item: 0x0a,
} as const;
