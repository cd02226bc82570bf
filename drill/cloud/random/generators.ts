import { randomInt, randomUUID } from "node:crypto";
import type { CheckFailure } from "../provider/provider";
import type { Values } from "../provider/values";
import { adjectives, nouns } from "./words";

type Bytes = (size: number) => Buffer;

/** One type of the random package. */
export interface Generator {
  readonly outputs: readonly string[];
  readonly secret: readonly string[];
  readonly defaults: Values;
  /** Inputs that change without a new value. */
  readonly inPlace: readonly string[];
  check(inputs: Values): readonly CheckFailure[];
  draw(inputs: Values, bytes: Bytes): { readonly id: string; readonly outputs: Values };
  /** Inputs and outputs of an imported value. */
  adopt(id: string): { readonly inputs: Values; readonly outputs: Values };
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

const TEXT_DEFAULTS: Values = {
  lower: true,
  minLower: 0,
  minNumeric: 0,
  minSpecial: 0,
  minUpper: 0,
  number: true,
  numeric: true,
  special: true,
  upper: true,
};

const number = (inputs: Values, name: string): number => Number(inputs[name] ?? 0);

function atLeast(inputs: Values, name: string, minimum: number): CheckFailure[] {
  const value = inputs[name];
  if (value === undefined) return [{ property: name, reason: "is required" }];
  if (typeof value === "object") return [];
  return Number(value) >= minimum
    ? []
    : [{ property: name, reason: `expected at least ${minimum}, got ${String(value)}` }];
}

function classes(inputs: Values): { readonly characters: string; readonly minimum: number }[] {
  const special =
    typeof inputs.overrideSpecial === "string" && inputs.overrideSpecial !== ""
      ? inputs.overrideSpecial
      : SPECIAL;
  return [
    { on: inputs.upper, characters: UPPER, minimum: number(inputs, "minUpper") },
    { on: inputs.lower, characters: LOWER, minimum: number(inputs, "minLower") },
    {
      on: inputs.numeric !== false && inputs.number !== false,
      characters: DIGITS,
      minimum: number(inputs, "minNumeric"),
    },
    { on: inputs.special, characters: special, minimum: number(inputs, "minSpecial") },
  ].filter(({ on, minimum }) => on !== false || minimum > 0);
}

/** Characters of all classes, each class as often as asked, in an order drawn without bias. */
export function drawText(inputs: Values): string {
  const wanted = classes(inputs);
  const all = wanted.map(({ characters }) => characters).join("");
  const pick = (characters: string): string => characters.charAt(randomInt(characters.length));
  const drawn = wanted.flatMap(({ characters, minimum }) =>
    Array.from({ length: minimum }, () => pick(characters)),
  );
  while (drawn.length < number(inputs, "length")) drawn.push(pick(all));
  for (let index = drawn.length - 1; index > 0; index--) {
    const other = randomInt(index + 1);
    [drawn[index], drawn[other]] = [drawn[other] as string, drawn[index] as string];
  }
  return drawn.join("");
}

function textGenerator(secret: boolean): Generator {
  return {
    outputs: ["result"],
    secret: secret ? ["result"] : [],
    defaults: TEXT_DEFAULTS,
    inPlace: [],
    check(inputs) {
      const failures = atLeast(inputs, "length", 1);
      const wanted = classes(inputs);
      const minimum = wanted.reduce((sum, one) => sum + one.minimum, 0);
      if (failures.length === 0 && typeof inputs.length === "number" && inputs.length < minimum)
        failures.push({
          property: "length",
          reason: `must be >= minUpper + minLower + minNumeric + minSpecial (${minimum})`,
        });
      if (wanted.length === 0)
        failures.push({ property: "lower", reason: "at least one class of characters must be allowed" });
      return failures;
    },
    draw(inputs) {
      const result = drawText(inputs);
      // A password must not stand in the state as an id.
      return { id: secret ? "none" : result, outputs: { result } };
    },
    adopt: (id) => ({ inputs: { ...TEXT_DEFAULTS, length: id.length }, outputs: { result: id } }),
  };
}

const idGenerator: Generator = {
  outputs: ["b64Std", "b64Url", "dec", "hex"],
  secret: [],
  defaults: {},
  inPlace: ["prefix"],
  check: (inputs) => atLeast(inputs, "byteLength", 1),
  draw: (inputs, bytes) =>
    idOf(bytes(number(inputs, "byteLength")), typeof inputs.prefix === "string" ? inputs.prefix : ""),
  adopt(id) {
    const [prefix, encoded] = id.includes(",") ? id.split(",", 2) : ["", id];
    const bytes = Buffer.from(encoded ?? "", "base64url");
    return {
      inputs: { byteLength: bytes.length, ...(prefix === "" ? {} : { prefix: prefix ?? "" }) },
      outputs: idOf(bytes, prefix ?? "").outputs,
    };
  },
};

function idOf(bytes: Buffer, prefix: string): { id: string; outputs: Values } {
  const url = bytes.toString("base64url");
  return {
    id: url,
    outputs: {
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + url,
      dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
      hex: prefix + bytes.toString("hex"),
    },
  };
}

const uuidGenerator: Generator = {
  outputs: ["result"],
  secret: [],
  defaults: {},
  inPlace: [],
  check: () => [],
  draw() {
    const result = randomUUID();
    return { id: result, outputs: { result } };
  },
  adopt: (id) => ({ inputs: {}, outputs: { result: id } }),
};

const petGenerator: Generator = {
  outputs: [],
  secret: [],
  defaults: { length: 2, separator: "-" },
  inPlace: [],
  check: (inputs) => atLeast(inputs, "length", 1),
  draw(inputs) {
    const words = Array.from(
      { length: number(inputs, "length") - 1 },
      () => adjectives[randomInt(adjectives.length)],
    );
    const parts = [inputs.prefix, ...words, nouns[randomInt(nouns.length)]].filter(
      (part) => typeof part === "string" && part !== "",
    );
    return { id: parts.join(typeof inputs.separator === "string" ? inputs.separator : "-"), outputs: {} };
  },
  adopt: () => ({ inputs: petGenerator.defaults, outputs: {} }),
};

const integerGenerator: Generator = {
  outputs: ["result"],
  secret: [],
  defaults: {},
  inPlace: [],
  check(inputs) {
    const missing = ["min", "max"].filter((name) => inputs[name] === undefined);
    if (missing.length > 0) return missing.map((property) => ({ property, reason: "is required" }));
    const [low, high] = [inputs.min, inputs.max];
    return typeof low === "number" && typeof high === "number" && low > high
      ? [{ property: "min", reason: `must not be above max (${high})` }]
      : [];
  },
  draw(inputs) {
    const result = randomInt(number(inputs, "min"), number(inputs, "max") + 1);
    return { id: String(result), outputs: { result } };
  },
  adopt(id) {
    const [result = "", low = "", high = ""] = id.split(",");
    return { inputs: { min: Number(low), max: Number(high) }, outputs: { result: Number(result) } };
  },
};

export const GENERATORS: Readonly<Record<string, Generator>> = {
  "random:index/randomPassword:RandomPassword": textGenerator(true),
  "random:index/randomString:RandomString": textGenerator(false),
  "random:index/randomId:RandomId": idGenerator,
  "random:index/randomUuid:RandomUuid": uuidGenerator,
  "random:index/randomPet:RandomPet": petGenerator,
  "random:index/randomInteger:RandomInteger": integerGenerator,
};
