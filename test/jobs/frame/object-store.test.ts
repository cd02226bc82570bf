import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ObjectStore } from "../../../jobs/frame/object-store";
import { inParts } from "../../../jobs/frame/parts";
import { type ObjectStorage, startObjectStorage } from "../support/object-storage";

let storage: ObjectStorage;
let store: ObjectStore;
beforeAll(async () => {
  storage = await startObjectStorage();
  store = storage.store();
});
afterAll(async () => {
  store.close();
  await storage.close();
});

async function* pieces(...all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

describe("streams to the bucket", () => {
  test("of any length and any pieces arrive whole, in parts of the right size, the last never empty but for nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }), async (stream) => {
        const parts: { part: Buffer; last: boolean }[] = [];
        for await (const part of inParts(pieces(...stream), () => 16))
          parts.push({ ...part, part: Buffer.from(part.part) });
        expect(Buffer.concat(parts.map(({ part }) => part))).toEqual(Buffer.concat(stream));
        expect(parts.map(({ last }) => last)).toEqual(parts.map((_, index) => index === parts.length - 1));
        for (const { part, last } of parts) if (!last) expect(part.length).toBe(16);
        if (parts.length > 1) expect(parts.at(-1)?.part.length).toBeGreaterThan(0);
      }),
    );
  });

  test("a long one goes up in several parts with a checksum each", async () => {
    const body = randomBytes(11 * 1024 * 1024);
    const stored = await store.putStream(
      { bucket: "b", key: "long" },
      pieces(body.subarray(0, 7_000_000), body.subarray(7_000_000)),
    );
    expect(stored).toEqual({ bytes: body.length, sha256: createHash("sha256").update(body).digest("hex") });
    expect(storage.objects.get("b/long")?.equals(body)).toBe(true);
    const parts = storage.requests.filter(({ url }) => url.includes("partNumber"));
    expect(parts).toHaveLength(3);
    expect(parts.every(({ headers }) => typeof headers["x-amz-checksum-sha256"] === "string")).toBe(true);
  });

  test("one that breaks half way leaves nothing behind", async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield randomBytes(6 * 1024 * 1024);
      throw new Error("the source broke");
    }
    await expect(store.putStream({ bucket: "b", key: "broken" }, breaking())).rejects.toThrow(
      "the source broke",
    );
    expect(storage.objects.has("b/broken")).toBe(false);
    expect(storage.requests.at(-1)?.method).toBe("DELETE");
  });

  test("small objects are stored, read, listed; a missing one is undefined", async () => {
    await store.put({ bucket: "b", key: "folder/one" }, Buffer.from("1"));
    await store.put({ bucket: "b", key: "folder/two" }, Buffer.from("22"));
    const listed: string[] = [];
    for await (const { key, bytes } of store.list("b", "folder/")) listed.push(`${key}:${bytes}`);
    expect(listed.sort()).toEqual(["folder/one:1", "folder/two:2"]);
    expect((await store.get({ bucket: "b", key: "folder/two" }))?.toString()).toBe("22");
    expect(await store.get({ bucket: "b", key: "folder/three" })).toBeUndefined();
  });
});
