import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ApiServer } from "../../drill/cloud/kubernetes/api/server";
import { ApiError } from "../../drill/cloud/kubernetes/api/status";
import type { KubernetesObject } from "../../drill/cloud/kubernetes/api/types/meta";
import { positionOf, type Registered } from "../infra/mocked";
import { runProgram } from "../infra/program";
import oldest from "./schemas/kubernetes-1.32.json";
import newest from "./schemas/kubernetes-1.36.json";

/** Tables of the API's types: what a field holds, with `!` where it must be there (generate-fields.ts writes them). */
type Schemas = Readonly<Record<string, Readonly<Record<string, string>>>>;
const VERSIONS: readonly (readonly [version: string, schemas: Schemas])[] = [
  ["1.32, the oldest supported", oldest],
  ["1.36, the newest supported", newest],
];

const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  int32: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  int64: Number.isInteger,
  double: (value) => typeof value === "number",
  time: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  bytes: (value) => typeof value === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(value),
  quantity: (value) => /^[+-]?\d+(\.\d+)?([numkMGTPE]|[KMGTPE]i|e[+-]?\d+)?$/.test(String(value)),
  intOrString: (value) => typeof value === "string" || Number.isInteger(value),
  any: () => true,
};

/** What of a value does not fit its type. */
function faults(value: unknown, type: string, schemas: Schemas, at: string): string[] {
  if (type.startsWith("map:"))
    return isGroup(value)
      ? Object.entries(value).flatMap(([key, one]) => faults(one, type.slice(4), schemas, `${at}.${key}`))
      : [`${at} is no map`];
  if (type.startsWith("list:"))
    return Array.isArray(value)
      ? value.flatMap((one, index) => faults(one, type.slice(5), schemas, `${at}[${index}]`))
      : [`${at} is no list`];
  const scalar = SCALARS[type];
  if (scalar !== undefined) return scalar(value) ? [] : [`${at} is no ${type}`];
  const table = schemas[type];
  if (table === undefined) return [`${at}: nothing is known of ${type}`];
  if (!isGroup(value)) return [`${at} is no ${type}`];
  const missing = Object.entries(table)
    .filter(([field, kind]) => kind.startsWith("!") && value[field] === undefined)
    .map(([field]) => `${at}.${field} is missing`);
  const wrong = Object.entries(value).flatMap(([field, one]) => {
    const kind = table[field];
    return kind === undefined
      ? [`${at}.${field} is unknown`]
      : faults(one, kind.replace(/^!/, ""), schemas, `${at}.${field}`);
  });
  return [...missing, ...wrong];
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const KUBERNETES = /^kubernetes:(?:([a-z0-9.-]+)\/)?(v\w+):(\w+)$/;
let objects: { readonly name: string; readonly type: string; readonly object: KubernetesObject }[];

/** A registered resource as the manifest that is sent; undefined for other providers'. */
function manifestOf({ type, name, inputs }: Registered) {
  const [, group = "", version = "", kind = ""] = KUBERNETES.exec(type) ?? [];
  if (kind === "") return [];
  const apiVersion = group === "core" || group === "" ? version : `${group}/${version}`;
  return [{ name, type, object: { ...inputs, apiVersion, kind } as unknown as KubernetesObject }];
}

beforeAll(async () => {
  const found = new Map<string, (typeof objects)[number]>();
  for (const [phase, strategy] of [
    ["steady", "blue-green"],
    ["prepared", "blue-green"],
    ["migrated", "maintenance"],
    ["staged", "blue-green"],
    ["live", "blue-green"],
    ["complete", "blue-green"],
    ["reverted", "blue-green"],
  ] as const) {
    const { configuration, evidence } = positionOf("production", phase, { strategy });
    for (const resource of (await runProgram("production", configuration, evidence)).resources)
      for (const one of manifestOf(resource))
        found.set(`${one.type} ${one.name} ${JSON.stringify(one.object)}`, one);
  }
  objects = [...found.values()];
}, 600_000);

describe("the program's Kubernetes objects", () => {
  it("are of many kinds, custom ones among them", () => {
    const kinds = new Set(objects.map(({ object }) => object.kind));
    expect([...kinds].sort()).toEqual(
      expect.arrayContaining(["Deployment", "Job", "PrometheusRule", "TargetGroupBinding"]),
    );
    expect(kinds.size).toBeGreaterThanOrEqual(15);
  });

  it.each(VERSIONS)("fit the schemas of Kubernetes %s", (_version, schemas) => {
    const tableOf = ({ apiVersion, kind }: KubernetesObject): string | undefined => {
      const version = String(apiVersion).split("/").at(-1) ?? "";
      const name = `${version.charAt(0).toUpperCase()}${version.slice(1)}${kind}`;
      return name in schemas ? name : undefined;
    };
    const built = objects.filter(({ object }) => tableOf(object) !== undefined);
    expect(new Set(built.map(({ object }) => object.kind)).size).toBeGreaterThanOrEqual(14);
    expect(built.flatMap(({ name, object }) => faults(object, tableOf(object) ?? "", schemas, name))).toEqual(
      [],
    );
  });

  it("would be refused with a wrong type, an unknown field or without a needed one", () => {
    const broken = {
      metadata: { name: 1, colour: "blue" },
      subjects: [],
      roleRef: { kind: "Role" },
    };
    expect(faults(broken, "V1RoleBinding", newest, "binding")).toEqual([
      "binding.metadata.name is no string",
      "binding.metadata.colour is unknown",
      "binding.roleRef.name is missing",
    ]);
  });

  it("are taken by an API server, which knows the schemas of the custom ones, too", () => {
    expect(refusedBy(objects)).toEqual([]);
  });
});

describe("random parameters that are valid", () => {
  const sizes = fc.record({
    maximumReplicas: fc.integer({ min: 2, max: 40 }),
    autoscaling: fc.boolean(),
    namespace: fc.stringMatching(/^[a-z]([a-z0-9-]{0,40}[a-z0-9])?$/),
    port: fc.integer({ min: 1, max: 65_535 }),
    retention: fc.integer({ min: 35, max: 3650 }),
    phase: fc.constantFrom("steady", "prepared", "live"),
  });
  const seed = Date.now();

  it(`give a program whose objects an API server takes (seed ${seed})`, async () => {
    for (const one of fc.sample(sizes, { seed, numRuns: 5 })) {
      const { configuration, evidence } = positionOf("production", one.phase, {
        cluster: {
          maximumReplicas: one.maximumReplicas,
          autoscaling: one.autoscaling,
          namespace: one.namespace,
        },
        backup: { retention: one.retention },
        business: { payment: { url: "https://payment.example", port: one.port } },
      });
      const { resources } = await runProgram("production", configuration, evidence);
      expect(refusedBy(resources.flatMap(manifestOf)), JSON.stringify(one)).toEqual([]);
    }
  }, 300_000);
});

/** What an API server answers to those it does not take. */
function refusedBy(all: typeof objects): string[] {
  const server = new ApiServer();
  const refused: string[] = [];
  const first = (kind: string): number => (kind === "Namespace" ? 0 : 1);
  for (const { name, object } of [...all].sort(
    (a, b) => first(a.object.kind ?? "") - first(b.object.kind ?? ""),
  )) {
    // What admission limits in number is no matter of form.
    if (object.kind === "ResourceQuota") continue;
    try {
      server.create(structuredClone(object), { dryRun: object.kind !== "Namespace" });
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      refused.push(`${object.kind} ${name}: ${problem.message}`);
    }
  }
  return refused;
}
