import { credentials, type ServiceError, status } from "@grpc/grpc-js";
import { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { differences } from "../../../../drill/cloud/provider/differences";
import { InitialisationFailed, type Provider } from "../../../../drill/cloud/provider/provider";
import { type ProviderServer, serveProvider } from "../../../../drill/cloud/provider/server";
import { plain, Secret, UNKNOWN, type Values } from "../../../../drill/cloud/provider/values";

const MARK = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const UNKNOWN_MARK = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const URN = "urn:pulumi:test::shop::shop:index:Stack$test:index:Thing::one::more";

/** Keeps what it was asked, and answers as its inputs say. */
class Recorder implements Provider {
  readonly name = "test";
  readonly version = "1.2.3";
  readonly seen: unknown[] = [];
  waiting: (() => void) | undefined;

  async configure(configuration: Values) {
    if (configuration.region === "nowhere") throw new Error("there is no region nowhere");
  }
  async check(request: Parameters<Provider["check"]>[0]) {
    this.seen.push(request);
    const wrong = plain(request.inputs).size === -1;
    return {
      inputs: { size: 1, ...request.inputs },
      failures: wrong ? [{ property: "size", reason: "must not be negative" }] : [],
    };
  }
  async diff({ oldInputs, inputs }: Parameters<Provider["diff"]>[0]) {
    return { changes: differences(oldInputs, inputs, (path) => path === "fixed"), deleteBeforeReplace: true };
  }
  async create(request: Parameters<Provider["create"]>[0]) {
    this.seen.push(request);
    const { inputs, preview, signal } = request;
    if (preview) return { id: "", outputs: { ...inputs, address: UNKNOWN } };
    if (inputs.slow === true)
      await new Promise((_done, fail) => {
        signal.addEventListener("abort", () => fail(signal.reason));
        this.waiting?.();
      });
    if (inputs.half === true)
      throw new InitialisationFailed("not ready", {
        id: "half-1",
        inputs,
        outputs: { ...inputs, address: "10.0.0.1" },
        reasons: ["no pod is ready"],
      });
    return { id: "id-1", outputs: { ...inputs, address: "10.0.0.1", password: new Secret("s3cret") } };
  }
  async read({ id }: Parameters<Provider["read"]>[0]) {
    return id === "gone" ? undefined : { id, inputs: { a: 1 }, outputs: { a: 1, b: 2 } };
  }
  async update({ inputs }: Parameters<Provider["update"]>[0]) {
    return inputs;
  }
  async delete() {}
  async invoke({ token, inputs }: Parameters<Provider["invoke"]>[0]) {
    if (token !== "test:index:get") throw new Error(`no function ${token}`);
    return { outputs: { echoed: inputs.name ?? "" } };
  }
}

let provider: Recorder;
let server: ProviderServer;
let client: ResourceProviderClient;

beforeEach(async () => {
  provider = new Recorder();
  server = await serveProvider(provider);
  client = new ResourceProviderClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
});

afterEach(async () => {
  client.close();
  await server.stop();
});

const struct = (value: object): Struct =>
  Struct.fromJavaScript(value as Parameters<typeof Struct.fromJavaScript>[0]);

/** Calls a method of the raw protocol. */
function rpc<Answer>(method: string, request: unknown): Promise<Answer> {
  return new Promise((done, fail) => {
    const methods = client as unknown as Record<
      string,
      (request: unknown, reply: (problem: ServiceError | null, answer: Answer) => void) => void
    >;
    methods[method]?.call(client, request, (problem, answer) => (problem ? fail(problem) : done(answer)));
  });
}

function creation(inputs: object, preview = false): pb.CreateRequest {
  const request = new pb.CreateRequest();
  request.setUrn(URN);
  request.setProperties(struct(inputs));
  request.setPreview(preview);
  request.setTimeout(30);
  return request;
}

test("says what it can when it is attached and configured", async () => {
  await rpc("attach", new PluginAttach());
  const handshake = await rpc<pb.ProviderHandshakeResponse>("handshake", new pb.ProviderHandshakeRequest());
  expect([handshake.getAcceptSecrets(), handshake.getAcceptOutputs()]).toEqual([true, true]);
  const request = new pb.ConfigureRequest();
  request.setArgs(struct({ region: "eu-central-1" }));
  const answer = await rpc<pb.ConfigureResponse>("configure", request);
  expect([
    answer.getAcceptsecrets(),
    answer.getAcceptresources(),
    answer.getAcceptoutputs(),
    answer.getSupportspreview(),
  ]).toEqual([true, true, true, true]);
  await rpc("create", creation({}));
  expect(provider.seen.at(-1)).toMatchObject({ configuration: { region: "eu-central-1" } });
  request.setArgs(struct({ region: "nowhere" }));
  await expect(rpc("configure", request)).rejects.toThrow(/there is no region nowhere/);
  await expect(rpc("construct", new pb.ConstructRequest())).rejects.toMatchObject({
    code: status.UNIMPLEMENTED,
  });
});

test("takes the marks off values, and the resource's type and name from its URN", async () => {
  const inputs = {
    password: { [MARK]: SECRET, value: "p" },
    later: UNKNOWN_MARK,
    wrapped: { [MARK]: OUTPUT, value: [1], secret: true, dependencies: ["urn"] },
    unknownOutput: { [MARK]: OUTPUT },
    plain: { a: [null, true] },
  };
  await rpc("create", creation(inputs));
  expect(provider.seen.at(-1)).toMatchObject({
    type: "test:index:Thing",
    name: "one::more",
    timeout: 30,
    preview: false,
    inputs: {
      password: new Secret("p"),
      later: UNKNOWN,
      wrapped: new Secret([1]),
      unknownOutput: UNKNOWN,
      plain: { a: [null, true] },
    },
  });
});

test("a preview's answer has no id, and what only creation gives stays unknown", async () => {
  const foreseen = await rpc<pb.CreateResponse>("create", creation({ name: "x" }, true));
  expect([foreseen.getId(), foreseen.getProperties()?.toJavaScript()]).toEqual([
    "",
    { name: "x", address: UNKNOWN_MARK },
  ]);
  const made = await rpc<pb.CreateResponse>("create", creation({ name: "x" }));
  expect([made.getId(), made.getProperties()?.toJavaScript()]).toEqual([
    "id-1",
    { name: "x", address: "10.0.0.1", password: { [MARK]: SECRET, value: "s3cret" } },
  ]);
});

test("a half-made resource travels in the error's details", async () => {
  const problem = await rpc("create", creation({ half: true })).then(
    () => undefined,
    (error: ServiceError) => error,
  );
  const [bytes] = problem?.metadata.get("grpc-status-details-bin") ?? [];
  const [any] = Status.deserializeBinary(bytes as Buffer).getDetailsList();
  const detail = any?.unpack(
    pb.ErrorResourceInitFailed.deserializeBinary,
    "pulumirpc.ErrorResourceInitFailed",
  );
  expect([detail?.getId(), detail?.getReasonsList(), detail?.getProperties()?.toJavaScript()]).toEqual([
    "half-1",
    ["no pod is ready"],
    { half: true, address: "10.0.0.1" },
  ]);
  expect(problem?.details).toBe("not ready");
});

test("a diff names every path, what happens there, and what needs a replacement", async () => {
  const request = new pb.DiffRequest();
  request.setUrn(URN);
  request.setOldInputs(
    struct({ fixed: "a", spec: { ports: [1, 2] }, gone: 1, secret: { [MARK]: SECRET, value: { x: 1 } } }),
  );
  request.setOlds(struct({ unrelated: true }));
  request.setNews(
    struct({
      fixed: "b",
      spec: { ports: [1, 3] },
      added: UNKNOWN_MARK,
      secret: { [MARK]: SECRET, value: { x: 2 } },
    }),
  );
  const answer = await rpc<pb.DiffResponse>("diff", request);
  const { ADD, DELETE, UPDATE, UPDATE_REPLACE } = pb.PropertyDiff.Kind;
  expect(
    Object.fromEntries(
      answer
        .getDetaileddiffMap()
        .getEntryList()
        .map(([path, diff]) => [path, (diff as unknown as number[])[0] ?? 0]),
    ),
  ).toEqual({
    added: ADD,
    fixed: UPDATE_REPLACE,
    gone: DELETE,
    // Looking into a secret would tell what it is made of.
    secret: UPDATE,
    "spec.ports[1]": UPDATE,
  });
  expect([answer.getReplacesList(), answer.getDeletebeforereplace(), answer.getHasdetaileddiff()]).toEqual([
    ["fixed"],
    true,
    true,
  ]);
});

test("refused inputs come back with the property that is wrong", async () => {
  const request = new pb.CheckRequest();
  request.setUrn(URN);
  request.setNews(struct({ size: -1 }));
  const answer = await rpc<pb.CheckResponse>("check", request);
  expect(answer.getFailuresList().map((failure) => failure.toObject())).toEqual([
    { property: "size", reason: "must not be negative" },
  ]);
  expect(provider.seen.at(-1)).toMatchObject({ oldInputs: undefined });
});

test("reads, updates, deletes and invokes", async () => {
  const read = new pb.ReadRequest();
  read.setUrn(URN);
  read.setId("gone");
  expect((await rpc<pb.ReadResponse>("read", read)).getId()).toBe("");
  read.setId("there");
  expect((await rpc<pb.ReadResponse>("read", read)).getProperties()?.toJavaScript()).toEqual({ a: 1, b: 2 });
  const update = new pb.UpdateRequest();
  update.setUrn(URN);
  update.setNews(struct({ a: 2 }));
  expect((await rpc<pb.UpdateResponse>("update", update)).getProperties()?.toJavaScript()).toEqual({ a: 2 });
  const removal = new pb.DeleteRequest();
  removal.setUrn(URN);
  await rpc("delete", removal);
  const call = new pb.InvokeRequest();
  call.setTok("test:index:get");
  call.setArgs(struct({ name: "n" }));
  expect((await rpc<pb.InvokeResponse>("invoke", call)).getReturn()?.toJavaScript()).toEqual({ echoed: "n" });
  call.setTok("test:index:other");
  await expect(rpc("invoke", call)).rejects.toThrow(/no function test:index:other/);
});

test("a cancelled update ends the calls under way, and the next engine is served", async () => {
  const began = new Promise<void>((done) => {
    provider.waiting = done;
  });
  const slow = rpc("create", creation({ slow: true }));
  const outcome = slow.then(
    () => "made",
    (problem: Error) => problem.message,
  );
  await began;
  await rpc("cancel", new Empty());
  expect(await outcome).toMatch(/cancelled/);
  expect((await rpc<pb.CreateResponse>("create", creation({}))).getId()).toBe("id-1");
});
