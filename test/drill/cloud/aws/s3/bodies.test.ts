import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECKSUMS } from "../../../../../drill/cloud/aws/s3/checksums";
import { ChunkedBody } from "../../../../../drill/cloud/aws/s3/chunked-body";
import { listing } from "../../../../../drill/cloud/aws/s3/listing";
import { elements, render, textOf } from "../../../../../drill/cloud/aws/s3/xml";

const collect = async (body: ChunkedBody): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

describe("aws-chunked bodies", () => {
  test("give their content back however the network cuts them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 })),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
        async (chunks, cuts) => {
          const frames = chunks.flatMap((chunk) => [
            Buffer.from(`${chunk.length.toString(16)};chunk-signature=abc\r\n`),
            Buffer.from(chunk),
            Buffer.from("\r\n"),
          ]);
          const wire = Buffer.concat([...frames, Buffer.from("0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n")]);
          const body = new ChunkedBody();
          const content = collect(body);
          for (let at = 0, turn = 0; at < wire.length; turn++) {
            const size = cuts[turn % cuts.length] as number;
            body.write(wire.subarray(at, at + size));
            at += size;
          }
          body.end();
          expect((await content).equals(Buffer.concat(chunks))).toBe(true);
          expect(body.trailers["x-amz-checksum-crc32"]).toBe("AAAA");
        },
      ),
    );
  });

  test("one that breaks off is an error", async () => {
    const body = new ChunkedBody();
    body.end("5\r\nab");
    await expect(collect(body)).rejects.toThrow(/ends within a chunk/);
  });
});

test("checksums are the published ones for 123456789", () => {
  const of = (name: string): string => {
    const checksum = CHECKSUMS[name]?.();
    checksum?.update(Buffer.from("1234"));
    checksum?.update(Buffer.from("56789"));
    return Buffer.from(checksum?.digest() ?? "", "base64").toString("hex");
  };
  expect(of("checksum-crc32")).toBe("cbf43926");
  expect(of("checksum-crc32c")).toBe("e3069283");
  expect(of("checksum-sha1")).toBe("f7c3bc1d808e04732adf679965ccc34ca7ae3441");
});

test("pages of a listing join to the whole, whatever their size", () => {
  const keys = fc.uniqueArray(fc.stringMatching(/^[ab/]{1,6}$/)).map((all) => all.sort());
  fc.assert(
    fc.property(
      keys,
      fc.constantFrom("", "/"),
      fc.constantFrom("", "a", "a/"),
      fc.integer({ min: 1, max: 4 }),
      (all, delimiter, prefix, maximum) => {
        const whole = listing({ keys: all, prefix, delimiter, after: "", maximum: 1000 });
        const joined = { keys: [] as string[], prefixes: [] as string[] };
        for (let after: string | undefined = ""; after !== undefined; ) {
          const page: ReturnType<typeof listing> = listing({ keys: all, prefix, delimiter, after, maximum });
          expect(page.keys.length + page.prefixes.length).toBeLessThanOrEqual(maximum);
          joined.keys.push(...page.keys);
          joined.prefixes.push(...page.prefixes);
          after = page.next;
        }
        expect(joined).toEqual({ keys: whole.keys, prefixes: whole.prefixes });
      },
    ),
  );
});

test("XML gives any text back", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(textOf(render("Root", { Key: text }), "Key")).toBe(text);
    }),
  );
  expect(elements("<Object><Key>a</Key></Object><Object><Key>b</Key></Object>", "Object")).toHaveLength(2);
});
