import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plain, Secret, UNKNOWN, type Values } from "../../../drill/cloud/provider/values";
import { drawText } from "../../../drill/cloud/random/generators";
import { createRandomProvider } from "../../../drill/cloud/random/provider";

const provider = createRandomProvider("4.21.2");
const type = (name: string): string => `random:index/random${name}:Random${name}`;
const call = (name: string) => ({
  configuration: {},
  signal: new AbortController().signal,
  type: type(name),
  name: "x",
  urn: `urn:pulumi:test::shop::${type(name)}::x`,
});

async function create(name: string, given: Values, preview = false) {
  const { inputs } = await provider.check({
    ...call(name),
    inputs: given,
    oldInputs: undefined,
    randomSeed: Buffer.alloc(0),
  });
  return provider.create({ ...call(name), inputs, preview, timeout: undefined });
}

test("a password is a secret output, has no telling id, and is unknown in a preview", async () => {
  const { id, outputs } = await create("Password", { length: 32, special: false });
  expect(id).toBe("none");
  expect(outputs.result).toBeInstanceOf(Secret);
  expect(plain(outputs).result).toMatch(/^[A-Za-z0-9]{32}$/);
  expect((await create("Password", { length: 32 }, true)).outputs.result).toEqual(new Secret(UNKNOWN));
});

test("a text has its length, its classes as often as asked, and nothing else", () => {
  const minimum = fc.integer({ min: 0, max: 5 });
  fc.assert(
    fc.property(
      minimum,
      minimum,
      minimum,
      minimum,
      fc.integer({ min: 0, max: 30 }),
      (minUpper, minLower, minNumeric, minSpecial, more) => {
        const length = Math.max(1, minUpper + minLower + minNumeric + minSpecial + more);
        const text = drawText({ length, minUpper, minLower, minNumeric, minSpecial, overrideSpecial: "_-" });
        const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length;
        expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(text).toHaveLength(length);
        expect(count(/[A-Z]/g)).toBeGreaterThanOrEqual(minUpper);
        expect(count(/[a-z]/g)).toBeGreaterThanOrEqual(minLower);
        expect(count(/[0-9]/g)).toBeGreaterThanOrEqual(minNumeric);
        expect(count(/[_-]/g)).toBeGreaterThanOrEqual(minSpecial);
      },
    ),
  );
});

describe("the other types", () => {
  test("an id is the same bytes in each of its forms", async () => {
    const { id, outputs } = await create("Id", { byteLength: 6, prefix: "shop-" });
    const bytes = Buffer.from(id, "base64url");
    expect(bytes).toHaveLength(6);
    expect(outputs).toMatchObject({
      hex: `shop-${bytes.toString("hex")}`,
      b64Url: `shop-${id}`,
      dec: `shop-${BigInt(`0x${bytes.toString("hex")}`)}`,
    });
  });

  test("UUID, pet and integer keep to their forms", async () => {
    expect((await create("Uuid", {})).id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect((await create("Pet", { length: 3, prefix: "db" })).id).toMatch(/^db-[a-z]+-[a-z]+-[a-z]+$/);
    const { outputs } = await create("Integer", { min: 3, max: 5 });
    expect([3, 4, 5]).toContain(outputs.result);
  });
});

test("every change of an input draws anew, and the value itself lives in the state", async () => {
  const diff = await provider.diff({
    ...call("Password"),
    id: "none",
    oldInputs: { length: 8, keepers: { year: "2025" } },
    oldOutputs: {},
    inputs: { length: 8, keepers: { year: "2026" } },
    ignoreChanges: [],
  });
  expect(diff.changes).toEqual({ "keepers.year": { kind: "update", replace: true } });
  const outputs = { length: 8, result: new Secret("kept-pw1") };
  expect(
    await provider.read({
      ...call("Password"),
      id: "none",
      inputs: { length: 8 },
      outputs,
      timeout: undefined,
    }),
  ).toEqual({ id: "none", inputs: { length: 8 }, outputs });
  const adopted = await provider.read({
    ...call("Password"),
    id: "imported",
    inputs: undefined,
    outputs: undefined,
    timeout: undefined,
  });
  expect(adopted?.outputs).toMatchObject({ length: 8, result: new Secret("imported") });
});

test("what cannot be drawn is refused with the reason", async () => {
  const check = async (name: string, inputs: Values) =>
    (
      await provider.check({ ...call(name), inputs, oldInputs: undefined, randomSeed: Buffer.alloc(0) })
    ).failures?.map(({ property }) => property);
  expect(await check("Password", {})).toEqual(["length"]);
  expect(await check("Password", { length: 3, minUpper: 2, minLower: 2 })).toEqual(["length"]);
  expect(await check("Integer", { min: 5, max: 1 })).toEqual(["min"]);
  expect(await check("Id", { byteLength: 0 })).toEqual(["byteLength"]);
});
