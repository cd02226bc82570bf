import { isDeepStrictEqual } from "node:util";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import pb from "@pulumi/pulumi/proto/provider_pb";
import fc from "fast-check";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { describe, expect, it } from "vitest";
import type { AnalyzedResource } from "../../engine/deploy/deployment";
import { analyzeRequest, remediateRequest, stackRequest } from "../../engine/host/analyzer-messages";
import { newState } from "../../engine/resource/state";
import { requestIn, responseIn } from "../../engine/rpc/messages";
import { decodeStruct } from "../../engine/values/struct-decoder";
import { encodeStruct, type WireOptions } from "../../engine/values/struct-encoder";
import {
  ARCHIVE,
  ASSET,
  mapProperties,
  OUTPUT,
  type PropertyMap,
  RESOURCE_REFERENCE,
  SECRET,
  SIGNATURE,
  secret,
  UNKNOWN,
  type Value,
} from "../../engine/values/value";
import { fromStruct, toStruct } from "../../engine/values/wire";

// Any UTF-16 code units, so halves of surrogate pairs too; long texts are written another way than short ones.
const unit = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }),
  fc.nat({ max: 0xffff }),
  fc.integer({ min: 0xd7f0, max: 0xe010 }),
);
const text = fc.oneof(
  fc.string(),
  fc.array(unit, { maxLength: 100 }).map((units) => String.fromCharCode(...units)),
  fc.string({ unit: "grapheme", minLength: 60, maxLength: 300 }),
  fc.constantFrom(UNKNOWN, "", "__proto__", "constructor", "x".repeat(70_000)),
);
const key = fc
  .oneof({ weight: 5, arbitrary: fc.string() }, text, fc.constantFrom("0", "10", "9", "value", "id"))
  .filter((name) => name !== "__proto__");
const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(Number.NaN, -0, Infinity, -Infinity, 5e-324),
);

const { value } = fc.letrec<{ value: Value; marked: Value; map: PropertyMap }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    number,
    text,
    fc.array(tie("value"), { maxLength: 5 }),
    tie("map"),
    tie("marked"),
  ),
  map: fc.dictionary(key, tie("value"), { maxKeys: 6 }),
  marked: fc.oneof(
    fc.record({ [SIGNATURE]: fc.constant(SECRET), value: tie("value") }, { requiredKeys: [SIGNATURE] }),
    fc.record(
      {
        [SIGNATURE]: fc.constant(OUTPUT),
        value: tie("value"),
        // Whatever is not true is no secret. Nothing marked: `reduced` rebuilds from the inside out, and would look at what came of it.
        secret: fc.oneof(fc.boolean(), text, fc.integer()),
        dependencies: fc.array(text, { maxLength: 3 }),
      },
      { requiredKeys: [SIGNATURE] },
    ),
    fc.record(
      { [SIGNATURE]: fc.constant(RESOURCE_REFERENCE), urn: text, id: tie("value") },
      { requiredKeys: [SIGNATURE] },
    ),
    fc.record(
      { [SIGNATURE]: fc.constantFrom(ASSET, ARCHIVE), text, hash: fc.string(), assets: tie("map") },
      { requiredKeys: [SIGNATURE] },
    ),
    fc.record({ [SIGNATURE]: tie("value"), inside: tie("value") }),
  ),
})) as unknown as { value: fc.Arbitrary<Value> };
const properties = fc.dictionary(key, value, { maxKeys: 8 });
const options: fc.Arbitrary<WireOptions> = fc.record({
  keepUnknowns: fc.boolean(),
  keepSecrets: fc.boolean(),
  keepResources: fc.boolean(),
  keepOutputs: fc.boolean(),
});

/** What a receiver of less than everything gets, said once more: rebuilt from the inside out. */
function reduced(
  all: PropertyMap,
  { keepUnknowns, keepSecrets, keepResources, keepOutputs }: WireOptions,
): PropertyMap {
  const result = mapProperties(all, (inside, signature) => {
    if (signature === undefined || typeof inside !== "object" || inside === null || Array.isArray(inside))
      return inside;
    if (signature === SECRET && !keepSecrets) return inside.value ?? null;
    if (signature === OUTPUT && !keepOutputs) {
      if (inside.value === undefined) return UNKNOWN;
      return inside.secret === true && keepSecrets
        ? { [SIGNATURE]: SECRET, value: inside.value }
        : inside.value;
    }
    if (signature === RESOURCE_REFERENCE && !keepResources) return inside.id ?? inside.urn ?? null;
    return inside;
  });
  if (!keepUnknowns)
    for (const each of Object.keys(result)) if (result[each] === UNKNOWN) delete result[each];
  return result;
}
const generated = (all: PropertyMap): Struct =>
  Struct.fromJavaScript(all as Parameters<typeof Struct.fromJavaScript>[0]);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const RUNS = { numRuns: 1500 };

describe("properties on the wire", () => {
  it("are the bytes google-protobuf writes, whatever the receiver understands", () => {
    fc.assert(
      fc.property(properties, options, (all, understood) => {
        expect(hex(encodeStruct(all, understood))).toBe(
          hex(generated(reduced(all, understood)).serializeBinary()),
        );
      }),
      RUNS,
    );
  });

  it("are read as google-protobuf reads them", () => {
    fc.assert(
      fc.property(properties, (all) => {
        const bytes = generated(all).serializeBinary();
        const read = Struct.deserializeBinary(bytes).toJavaScript() as PropertyMap;
        expect(isDeepStrictEqual(decodeStruct(bytes), read)).toBe(true);
        expect(Object.keys(decodeStruct(bytes))).toEqual(Object.keys(read));
      }),
      RUNS,
    );
  });

  it("are read whatever their order, with the last of several and without unknown fields", () => {
    const entry = (name: string, number: number): Buffer =>
      Buffer.from(generated({ [name]: number }).serializeBinary());
    const unknown = Buffer.from([
      0x52, 2, 7, 7, 0x58, 0x81, 1, 0x61, 1, 2, 3, 4, 5, 6, 7, 8, 0x6d, 1, 2, 3, 4,
    ]);
    const bytes = Buffer.concat([entry("b", 1), unknown, entry("a", 2), entry("b", 3)]);
    const read = decodeStruct(bytes);
    expect(read).toEqual(Struct.deserializeBinary(bytes).toJavaScript());
    expect(Object.entries(read)).toEqual([
      ["a", 2],
      ["b", 3],
    ]);
  });

  it("are refused when a part of them is missing, or has no kind", () => {
    const bytes = encodeStruct({ list: [1, "text", { inside: true }] });
    for (let length = 1; length < bytes.length; length++)
      expect(() => decodeStruct(bytes.subarray(0, length))).toThrow();
    expect(() => decodeStruct(Buffer.from([0x0a, 5, 0x0a, 1, 0x61, 0x12, 0]))).toThrow("no kind");
    expect(() => encodeStruct({ a: undefined as unknown as Value })).toThrow(
      "a property cannot be undefined",
    );
  });

  it("may be larger than the memory kept for writing", () => {
    const large = { text: "é".repeat(3_000_000), list: Array.from({ length: 50_000 }, (_, i) => ({ i })) };
    expect(decodeStruct(encodeStruct(large))).toEqual(large);
    expect(decodeStruct(encodeStruct({ small: 1 }))).toEqual({ small: 1 });
  });

  it("leave out what google-protobuf's map cannot hold", () => {
    const all = JSON.parse('{"a":{"__proto__":{"b":1},"c":2},"__proto__":{"d":3}}') as PropertyMap;
    expect(decodeStruct(encodeStruct(all))).toEqual({ a: { c: 2 } });
  });
});

describe("properties in a message", () => {
  const { update } = ResourceProviderService;
  const message = (olds: Struct, news: Struct): pb.UpdateRequest =>
    new pb.UpdateRequest().setUrn("urn").setId("id").setOlds(olds).setNews(news).setTimeout(2);

  it("make the message google-protobuf would make of them", () => {
    fc.assert(
      fc.property(properties, properties, (olds, news) => {
        const keep = { keepUnknowns: true, keepSecrets: true, keepResources: true, keepOutputs: true };
        expect(hex(update.requestSerialize(message(toStruct(olds, keep), toStruct(news, keep))))).toBe(
          hex(message(generated(olds), generated(news)).serializeBinary()),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("are read back, sent on, and seen by whoever reads their fields", () => {
    const olds = { name: "é", list: [1, null], map: {} };
    const bytes = update.requestSerialize(message(generated(olds), generated({})));
    const received = requestIn(bytes, update) as pb.UpdateRequest;
    expect([received.getUrn(), received.getId(), received.getTimeout()]).toEqual(["urn", "id", 2]);
    expect(fromStruct(received.getOlds())).toEqual(olds);
    expect(fromStruct(received.getNews())).toEqual({});
    expect(fromStruct(received.getOldInputs())).toEqual({});
    expect(hex(received.serializeBinary())).toBe(hex(bytes));

    const fields = received.getOlds()?.getFieldsMap();
    expect(fields?.get("name")?.getStringValue()).toBe("é");
    fields?.del("list");
    expect(fromStruct(received.getOlds())).toEqual({ name: "é", map: {} });
    const again = pb.UpdateRequest.deserializeBinary(received.serializeBinary());
    expect(again.getOlds()?.toJavaScript()).toEqual({ name: "é", map: {} });
  });

  it("are read from answers too", () => {
    const answer = new pb.UpdateResponse().setProperties(generated({ a: [true] }));
    const received = responseIn(update.responseSerialize(answer), update);
    expect(fromStruct(received.getProperties())).toEqual({ a: [true] });
  });
});

describe("what several packs are sent", () => {
  const about = (properties: PropertyMap): AnalyzedResource => {
    const state = newState({ urn: "urn:pulumi:dev::p::a:b:C::c", type: "a:b:C", custom: true });
    return {
      urn: state.urn,
      type: state.type,
      name: "c",
      properties,
      state,
      deleteBeforeReplace: undefined,
      provider: undefined,
    };
  };
  const sent = (request: analyzer.AnalyzeRequest): PropertyMap =>
    fromStruct(
      analyzer.AnalyzeRequest.deserializeBinary(
        AnalyzerService.analyze.requestSerialize(request),
      ).getProperties(),
    );

  it("is made once for the same question, and anew for another", () => {
    const [first, second] = [about({ a: 1, __internal: 2 }), about({ a: 2 })];
    expect(analyzeRequest(first)).toBe(analyzeRequest(first));
    expect(sent(analyzeRequest(first))).toEqual({ a: 1 });
    expect(sent(analyzeRequest(second))).toEqual({ a: 2 });
    expect(sent(remediateRequest(first))).toEqual({ a: 1, __internal: 2 });
  });

  it("is the whole stack, in the order it was registered", () => {
    const resources = [about({ a: 1 }), about({ __internal: 1, b: secret(UNKNOWN) })];
    const bytes = AnalyzerService.analyzeStack.requestSerialize(stackRequest(resources));
    const received = analyzer.AnalyzeStackRequest.deserializeBinary(bytes).getResourcesList();
    expect(received.map((each) => fromStruct(each.getProperties()))).toEqual([
      { a: 1 },
      { b: secret(UNKNOWN) },
    ]);
  });
});
