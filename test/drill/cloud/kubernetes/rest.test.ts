import { afterEach, beforeEach, expect, it } from "vitest";
import { ApiServer } from "../../../../drill/cloud/kubernetes/api/server";
import { serveRest } from "../../../../drill/cloud/kubernetes/http/rest";

let face: Awaited<ReturnType<typeof serveRest>>;
beforeEach(async () => {
  face = await serveRest(new ApiServer());
});
afterEach(() => face.stop());

async function send(method: string, path: string, body?: object, type = "application/json") {
  const init =
    body === undefined
      ? { method }
      : { method, body: JSON.stringify(body), headers: { "content-type": type } };
  const response = await fetch(`http://127.0.0.1:${face.port}${path}`, init);
  return {
    status: response.status,
    warning: response.headers.get("warning"),
    body: (await response.json()) as Record<string, unknown>,
  };
}

const MAPS = "/api/v1/namespaces/default/configmaps";
const map = { metadata: { name: "c" }, data: { a: "1" } };

it("creates, reads, lists, patches, applies, replaces and deletes an object", async () => {
  expect((await send("POST", `${MAPS}?fieldManager=hand`, map)).status).toBe(201);
  expect((await send("GET", `${MAPS}/c`)).body).toMatchObject({ kind: "ConfigMap", data: { a: "1" } });
  expect((await send("GET", "/api/v1/configmaps?fieldSelector=metadata.name=c")).body).toMatchObject({
    kind: "ConfigMapList",
    items: [{ metadata: { name: "c" } }],
  });
  const merged = await send("PATCH", `${MAPS}/c`, { data: { b: "2" } }, "application/merge-patch+json");
  expect(merged.body).toMatchObject({ data: { a: "1", b: "2" } });
  const applied = await send(
    "PATCH",
    `${MAPS}/c?fieldManager=x&force=true`,
    { data: { a: "9" } },
    "application/apply-patch+yaml",
  );
  expect(applied.body).toMatchObject({ data: { a: "9", b: "2" } });
  expect((await send("PUT", `${MAPS}/c`, { ...map, data: { z: "1" } })).body).toMatchObject({
    data: { z: "1" },
  });
  expect((await send("DELETE", `${MAPS}/c`)).body).toMatchObject({ kind: "Status", status: "Success" });
  expect(await send("GET", `${MAPS}/c`)).toMatchObject({
    status: 404,
    body: { reason: "NotFound", message: 'configmaps "c" not found' },
  });
});

it("answers a mistake with a Status object, and a doubt with a warning", async () => {
  const strict = await send("POST", `${MAPS}?fieldValidation=Strict`, { ...map, datas: {} });
  expect(strict).toMatchObject({ status: 400, body: { kind: "Status", reason: "BadRequest" } });
  const lax = await send("POST", `${MAPS}?fieldValidation=Warn&dryRun=All`, { ...map, datas: {} });
  expect(lax).toMatchObject({ status: 201, warning: expect.stringContaining("datas") });
  const invalid = await send("POST", MAPS, { metadata: { name: "C" } });
  expect(invalid.body).toMatchObject({
    code: 422,
    details: { causes: [{ reason: "FieldValueInvalid", field: "metadata.name" }] },
  });
});

it("tells a client which kinds there are", async () => {
  const { body } = await send("GET", "/apis/apps/v1");
  expect(body).toMatchObject({ kind: "APIResourceList", groupVersion: "apps/v1" });
});
