import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiServer } from "../../../../drill/cloud/kubernetes/api/server";
import type { ConfigMap } from "../../../../drill/cloud/kubernetes/api/types/store";

function configMap(data: Record<string, string>): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "default" }, data };
}

const data = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("1", "2", "3"));

describe("server-side apply", () => {
  it("keeps what others set and removes what this manager no longer names", () => {
    const server = new ApiServer();
    server.apply(configMap({ a: "1", b: "1" }), { fieldManager: "one" });
    server.apply(configMap({ c: "1" }), { fieldManager: "two" });
    const { object } = server.apply(configMap({ a: "2" }), { fieldManager: "one" });
    expect(object.data).toEqual({ a: "2", c: "1" });
  });

  it("refuses to change what another manager set, unless forced", () => {
    const server = new ApiServer();
    server.apply(configMap({ a: "1" }), { fieldManager: "one" });
    expect(() => server.apply(configMap({ a: "2" }), { fieldManager: "two" })).toThrow(
      'conflict with "one": .data.a',
    );
    expect(server.apply(configMap({ a: "2" }), { fieldManager: "two", force: true }).object.data).toEqual({
      a: "2",
    });
  });

  it("makes the object of a single manager what the last apply says, whatever came before", () => {
    fc.assert(
      fc.property(fc.array(data, { minLength: 1, maxLength: 5 }), (applies) => {
        const server = new ApiServer();
        for (const each of applies) server.apply(configMap(each), { fieldManager: "one" });
        const { data: kept = {} } = server.get<ConfigMap>({
          apiVersion: "v1",
          kind: "ConfigMap",
          namespace: "default",
          name: "c",
        });
        expect(kept).toEqual(applies.at(-1));
      }),
    );
  });

  it("never loses a field that another manager still applies", () => {
    fc.assert(
      fc.property(data, fc.array(data, { maxLength: 4 }), (theirs, mine) => {
        const server = new ApiServer();
        server.apply(configMap(theirs), { fieldManager: "two" });
        for (const each of mine) server.apply(configMap({ ...each, ...theirs }), { fieldManager: "one" });
        server.apply(configMap({}), { fieldManager: "one" });
        const { data: kept = {} } = server.get<ConfigMap>({
          apiVersion: "v1",
          kind: "ConfigMap",
          namespace: "default",
          name: "c",
        });
        expect(kept).toEqual(theirs);
      }),
    );
  });

  it("keeps nothing of a dry run", () => {
    const server = new ApiServer();
    expect(server.apply(configMap({ a: "1" }), { dryRun: true }).status).toBe(201);
    expect(
      server.find({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "c" }),
    ).toBeUndefined();
  });
});
