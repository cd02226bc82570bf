import fc from "fast-check";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { describe, expect, test } from "vitest";
import { differences, equal } from "../../../../drill/cloud/provider/differences";
import {
  Asset,
  hasSecret,
  hasUnknown,
  plain,
  ResourceReference,
  Secret,
  UNKNOWN,
  type Value,
  type Values,
} from "../../../../drill/cloud/provider/values";
import { decode, encode, fromStruct, toStruct } from "../../../../drill/cloud/provider/wire";

const key = fc.stringMatching(/^[a-z][a-zA-Z0-9.-]{0,8}$/);
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Value>(null, true, false, UNKNOWN),
    fc.string(),
    fc.integer(),
    fc.constant(new ResourceReference("urn:pulumi:a::b::c::d", "id", "1.0.0")),
    fc.constant(new Asset("asset", { text: "x", hash: "h" })),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3 }).map((entries) => ({ ...entries })),
    tie("value").map((inner) => new Secret(inner)),
  ),
}));
const values = fc.dictionary(key, value, { maxKeys: 4 }).map((entries): Values => ({ ...entries }));

describe("values", () => {
  test("come back from the wire as they went", () => {
    fc.assert(
      fc.property(values, (given) => {
        expect(fromStruct(Struct.deserializeBinary(toStruct(given).serializeBinary()))).toEqual(given);
        expect(decode(JSON.parse(JSON.stringify(encode(given))))).toEqual(given);
      }),
    );
  });

  test("a mark that is not known is refused, not passed on", () => {
    expect(() => decode({ "4dabf18193072939515e22adb298388d": "another", value: 1 })).toThrow(
      /does not know/,
    );
  });

  test("made plain hold no secret, and unknown stays unknown", () => {
    fc.assert(
      fc.property(values, (given) => {
        expect(hasSecret(plain(given))).toBe(false);
        expect(hasUnknown(plain(given))).toBe(hasUnknown(given));
      }),
    );
  });
});

describe("differences", () => {
  test("there are none exactly when nothing changed and all is known", () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        const none = (a: Values, b: Values): boolean => Object.keys(differences(a, b)).length === 0;
        expect(none(one, one)).toBe(!hasUnknown(one));
        expect(none(one, other)).toBe(equal(one, other));
      }),
    );
  });

  test("the order of keys is no difference, that of a list is", () => {
    expect(differences({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } })).toEqual({});
    expect(Object.keys(differences({ a: [1, 2] }, { a: [2, 1] }))).toEqual(["a[0]", "a[1]"]);
  });

  test("a key with a dot is quoted in its path", () => {
    expect(Object.keys(differences({ labels: {} }, { labels: { "app.kubernetes.io/name": "x" } }))).toEqual([
      'labels["app.kubernetes.io/name"]',
    ]);
  });
});
