import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ended, spawnNode } from "../../../drill/process/leash";
import { eventually } from "./eventually";
import { temporaryFolder } from "./folder";

const ROOT = path.join(__dirname, "..", "..", "..");
const folder = temporaryFolder();
const directory = path.join(folder.directory, "cloud");
const images = path.join(folder.directory, "images");

interface Ready {
  readonly providers: Readonly<Record<string, number>>;
  readonly control: number;
}

let child: ChildProcess;
let ready: Ready;

async function start(): Promise<Ready> {
  child = spawnNode(path.join(ROOT, "drill/cloud/main.ts"), ["--directory", directory, "--images", images], {
    cwd: ROOT,
    nodeArguments: ["--require", "tsx/cjs"],
  });
  let errors = "";
  child.stderr?.on("data", (text) => {
    errors += text;
  });
  const lines = readline.createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const line = await Promise.race([
    new Promise<string>((done) => lines.once("line", done)),
    ended(child).then((code) => {
      throw new Error(`ended with ${code}: ${errors}`);
    }),
  ]);
  return JSON.parse(line) as Ready;
}

const control = async (route: string, init: RequestInit = {}) => {
  const response = await fetch(`http://127.0.0.1:${ready.control}${route}`, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

async function create(
  pack: string,
  type: string,
  inputs: object,
): Promise<{ id: string; outputs: Record<string, unknown> }> {
  const client = new ResourceProviderClient(
    `127.0.0.1:${ready.providers[pack]}`,
    credentials.createInsecure(),
  );
  const request = new pb.CreateRequest();
  request.setUrn(`urn:pulumi:test::shop::${type}::one`);
  request.setProperties(Struct.fromJavaScript(inputs as Parameters<typeof Struct.fromJavaScript>[0]));
  const response = await new Promise<pb.CreateResponse>((done, fail) => {
    client.create(request, (problem: ServiceError | null, answer: pb.CreateResponse) =>
      problem ? fail(problem) : done(answer),
    );
  });
  client.close();
  return {
    id: response.getId(),
    outputs: response.getProperties()?.toJavaScript() as Record<string, unknown>,
  };
}

beforeAll(async () => {
  mkdirSync(images, { recursive: true });
  ready = await start();
});

afterAll(async () => {
  child.kill("SIGKILL");
  await ended(child);
  folder.remove();
});

test("after SIGKILL everything comes back at the same addresses, and nothing outlives the process", async () => {
  await create("aws", "aws:rds/instance:Instance", {
    identifier: "orders",
    engine: "postgres",
    instanceClass: "db.t4g.medium",
    allocatedStorage: 20,
    username: "shop",
    passwordWo: "Some-password1",
  });
  const balancer = await create("aws", "aws:lb/loadBalancer:LoadBalancer", { name: "shop" });
  await create("aws", "aws:lb/listener:Listener", {
    loadBalancerArn: balancer.id,
    port: 80,
    protocol: "HTTP",
    defaultActions: [
      {
        type: "fixed-response",
        fixedResponse: { statusCode: "503", contentType: "text/html", messageBody: "maintenance" },
      },
    ],
  });
  const before = (await control("/state")).body as {
    databases: unknown[];
    loadBalancers: { listeners: { address: string }[] }[];
    storage: unknown;
  };
  const address = before.loadBalancers[0]?.listeners[0]?.address ?? "";
  expect(await (await fetch(address)).text()).toBe("maintenance");
  const server =
    readFileSync(path.join(directory, "databases/instances/orders/postmaster.pid"), "utf8").split("\n")[0] ??
    "";

  child.kill("SIGKILL");
  await ended(child);
  await eventually(() => existsSync(`/proc/${server}`)).toBe(false);
  await expect(fetch(address)).rejects.toThrow();

  const former = ready;
  ready = await start();
  expect(ready).toEqual(former);
  const after = (await control("/state")).body;
  expect([after.databases, after.storage]).toEqual([before.databases, before.storage]);
  expect(await (await fetch(address)).text()).toBe("maintenance");
});

test("a second cloud on the same folder is refused", async () => {
  const second = spawnNode(
    path.join(ROOT, "drill/cloud/main.ts"),
    ["--directory", directory, "--images", images],
    {
      cwd: ROOT,
      nodeArguments: ["--require", "tsx/cjs"],
    },
  );
  let errors = "";
  second.stderr?.on("data", (text) => {
    errors += text;
  });
  expect(await ended(second)).toBe(1);
  expect(errors).toMatch(/Another drill cloud \(process \d+\) uses/);
});

test("faults are checked before they start, listed while they last, and end", async () => {
  const post = (fault: unknown) => control("/faults", { method: "POST", body: JSON.stringify(fault) });
  expect(await post({ kind: "earthquake" })).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining("expected one of") },
  });
  expect(await post({ kind: "slow-database", database: "nowhere", share: 2 })).toMatchObject({
    status: 400,
    body: { problems: [expect.stringContaining("database:"), expect.stringContaining("share:")] },
  });
  expect(await post({ kind: "kill-job", logMatches: "(" })).toMatchObject({
    status: 400,
    body: { problems: [expect.stringMatching(/^image or pod|^job/), expect.stringMatching(/^logMatches/)] },
  });
  expect(
    await post({ kind: "environment", repository: "shop/inventory", release: "next", variables: {} }),
  ).toMatchObject({
    status: 400,
    body: { problems: [expect.stringMatching(/^release: /)] },
  });
  const variables = { SHOP_FAULT: "wrong-stock" };
  expect(
    (await post({ kind: "environment", repository: "shop/inventory", release: "4.0.0", variables })).status,
  ).toBe(201);
  const { status, body } = await post({ kind: "cut", to: "s3" });
  expect(status).toBe(201);
  const storage = (await control("/state")).body.storage as { endpoint: string };
  expect((await fetch(storage.endpoint)).status).toBe(503);
  expect((await control("/faults")).body.active).toMatchObject([
    { fault: { kind: "environment", variables } },
    { id: body.id, fault: { kind: "cut" } },
  ]);
  expect((await control(`/faults/${body.id}`, { method: "DELETE" })).status).toBe(200);
  expect((await fetch(storage.endpoint)).status).toBe(403);
  expect((await control(`/faults/${body.id}`, { method: "DELETE" })).status).toBe(404);
});

test("an unknown path says what there is, and metrics are Prometheus text", async () => {
  expect((await control("/nowhere")).status).toBe(404);
  const metrics = await (await fetch(`http://127.0.0.1:${ready.control}/metrics`)).text();
  expect(metrics).toContain("# TYPE edge_requests_total counter");
});

test("SIGTERM ends it and all it started, with exit code 0", async () => {
  const server =
    readFileSync(path.join(directory, "databases/instances/orders/postmaster.pid"), "utf8").split("\n")[0] ??
    "";
  child.kill("SIGTERM");
  expect(await ended(child)).toBe(0);
  await eventually(() => existsSync(`/proc/${server}`)).toBe(false);
  expect(existsSync(path.join(directory, "lock"))).toBe(false);
});
