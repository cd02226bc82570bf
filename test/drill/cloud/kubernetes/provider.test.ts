import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasUnknown, Secret, UNKNOWN, type Values } from "../../../../drill/cloud/provider/values";
import {
  call,
  create,
  JOB_PROGRAM,
  SERVER_PROGRAM,
  type TestCluster,
  testCluster,
  tokenOf,
} from "./support/cluster";

let test: TestCluster;
let image = "";
beforeAll(async () => {
  test = await testCluster();
  image = test.publish("shop/jobs", JOB_PROGRAM);
});
afterAll(() => test.stop());

const configMap = (name: string | undefined, data: Values): Values => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...(name === undefined ? {} : { name }), namespace: "default" },
  data,
});

async function diff(old: Values, now: Values, oldOutputs: Values = old, configuration: Values = {}) {
  const about = { ...call(tokenOf(now), "a"), configuration };
  return test.provider.diff({
    ...about,
    id: "default/a",
    oldInputs: old,
    oldOutputs,
    inputs: now,
    ignoreChanges: [],
  });
}

describe("names", () => {
  it("are generated from the seed, kept in updates, and left alone when given", async () => {
    const inputs = configMap(undefined, { a: "1" });
    const request = { ...call(tokenOf(inputs), "settings"), inputs, randomSeed: Buffer.from("seed") };
    const first = await test.provider.check({ ...request, oldInputs: undefined });
    const again = await test.provider.check({
      ...request,
      randomSeed: Buffer.from("other"),
      oldInputs: first.inputs,
    });
    const name = (first.inputs.metadata as Values).name;
    expect(name).toMatch(/^settings-[0-9a-f]{8}$/);
    expect((again.inputs.metadata as Values).name).toBe(name);
    const given = await test.provider.check({
      ...request,
      inputs: configMap("mine", {}),
      oldInputs: undefined,
    });
    expect(given.inputs.metadata).toEqual({ name: "mine", namespace: "default" });
  });
});

describe("a change", () => {
  const deployment = (selector: string, tag: string): Values => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "a", namespace: "default" },
    spec: {
      selector: { matchLabels: { app: selector } },
      template: { spec: { containers: [{ name: "a", image: tag }] } },
    },
  });

  it("of an image is made in place, of a selector by a replacement that deletes first", async () => {
    expect(await diff(deployment("a", "x:1"), deployment("a", "x:2"))).toMatchObject({
      changes: { "spec.template.spec.containers[0].image": { replace: false } },
      deleteBeforeReplace: false,
    });
    const selector = await diff(deployment("a", "x:1"), deployment("b", "x:1"));
    expect(Object.values(selector.changes)).toEqual([{ kind: "update", replace: true }]);
    expect(selector.deleteBeforeReplace).toBe(true);
  });

  it("of a ConfigMap's content replaces it, unless the provider may change it", async () => {
    const [old, now] = [configMap("a", { a: "1" }), configMap("a", { a: "2" })];
    expect((await diff(old, now)).changes["data.a"]).toMatchObject({ replace: true });
    expect((await diff(old, now, old, { enableConfigMapMutable: true })).changes["data.a"]).toMatchObject({
      replace: false,
    });
  });

  it("of nothing makes a failed Job anew when it asks for it", async () => {
    const job: Values = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "j", namespace: "default", annotations: { "pulumi.com/replaceUnready": "true" } },
    };
    const failed: Values = { ...job, status: { conditions: [{ type: "Failed", status: "True" }] } };
    expect((await diff(job, job, failed)).changes).toHaveProperty(["metadata.name", "replace"], true);
    expect((await diff(job, job)).changes).toEqual({});
  });
});

describe("a preview", () => {
  it("refuses what the cluster would refuse, and changes nothing", async () => {
    const inputs = configMap("b", { "a/b": "1" });
    const preview = test.provider.create({
      ...call(tokenOf(inputs), "b"),
      inputs,
      preview: true,
      timeout: undefined,
    });
    await expect(preview).rejects.toThrow("a valid config key");
    const good = configMap("c", { a: "1" });
    const { outputs } = await test.provider.create({
      ...call(tokenOf(good), "c"),
      inputs: good,
      preview: true,
      timeout: undefined,
    });
    expect((outputs.metadata as Values).uid).toBe(UNKNOWN);
    expect(
      await test.provider.read({
        ...call(tokenOf(good), "c"),
        id: "default/c",
        inputs: good,
        outputs: good,
        timeout: undefined,
      }),
    ).toBeUndefined();
  });

  it("passes on what is not known yet", async () => {
    const inputs = configMap("d", { a: UNKNOWN });
    const { outputs } = await test.provider.create({
      ...call(tokenOf(inputs), "d"),
      inputs,
      preview: true,
      timeout: undefined,
    });
    expect(hasUnknown(outputs.data)).toBe(true);
  });
});

it("keeps the content of a Secret secret", async () => {
  const inputs: Values = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s", namespace: "default" },
    stringData: new Secret({ password: "x" }),
  };
  const { outputs } = await create(test.provider, "s", inputs);
  expect(outputs.data).toBeInstanceOf(Secret);
  expect(JSON.stringify({ ...outputs, data: undefined })).not.toContain("password");
});

it("says that a name is taken, with the ways out of it", async () => {
  await create(test.provider, "once", configMap("once", {}));
  await expect(create(test.provider, "twice", configMap("once", {}))).rejects.toThrow(
    'configmaps "once" already exists',
  );
});

it("takes an object that is there already when it is told to, so that a killed update can be run again", async () => {
  const inputs = configMap("interrupted", { a: "1" });
  const made = () =>
    test.provider.create({
      ...call(tokenOf(inputs), "interrupted"),
      configuration: { upsertExistingObjects: "true" },
      inputs,
      preview: false,
      timeout: undefined,
    });
  const first = await made();
  expect(await made()).toEqual(first);
});

it("shows a replacement in a preview although what is there may not change", async () => {
  const inputs = { ...configMap("sealed", { a: "1" }), immutable: true };
  await create(test.provider, "sealed", inputs);
  const { outputs } = await test.provider.create({
    ...call(tokenOf(inputs), "sealed"),
    configuration: { upsertExistingObjects: "true" },
    inputs: { ...inputs, data: { a: "2" } },
    preview: true,
    timeout: undefined,
  });
  expect(outputs.data).toEqual({ a: "2" });
});

it("reads an object for an import, and finds nothing where there is nothing", async () => {
  await create(test.provider, "e", configMap("e", { a: "1" }));
  const about = call("kubernetes:core/v1:ConfigMap", "e");
  const found = await test.provider.read({
    ...about,
    id: "default/e",
    inputs: undefined,
    outputs: undefined,
    timeout: undefined,
  });
  expect(found?.inputs).toMatchObject({ kind: "ConfigMap", data: { a: "1" } });
  expect(
    await test.provider.read({
      ...about,
      id: "default/none",
      inputs: undefined,
      outputs: undefined,
      timeout: undefined,
    }),
  ).toBeUndefined();
});

describe("the node", () => {
  const job = (name: string, reference: string, args: string[]): Values => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace: "default" },
    spec: {
      backoffLimit: 0,
      template: { spec: { restartPolicy: "Never", containers: [{ name: "job", image: reference, args }] } },
    },
  });

  it("refuses an image whose digest it does not know", async () => {
    const unknown = `shop/jobs@sha256:${"0".repeat(64)}`;
    await expect(create(test.provider, "altered", job("altered", unknown, ["x"]), 1)).rejects.toThrow(
      /ImagePullBackOff.*no such digest/s,
    );
  });

  it("kills a pod when it prints what a fault names, as often as asked", async () => {
    const kind = test.cluster.faults["pod-kill"];
    const fault = { kind: "pod-kill", pod: "crash", pattern: "started", times: 1 };
    expect(kind?.check({ kind: "pod-kill" })).toHaveLength(2);
    const active = await kind?.start(fault);
    await expect(
      create(test.provider, "crash", job("crash", image, ["crash", "0", "20000"])),
    ).rejects.toThrow("BackoffLimitExceeded");
    expect(active?.strikes?.()).toBe(1);
    await active?.end();
  });
});

it("runs no more replicas than the cap, and counts the others all the same", async () => {
  const capped = await testCluster(1);
  try {
    const server = capped.publish("shop/server", SERVER_PROGRAM);
    const inputs: Values = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "many", namespace: "default" },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: "many" } },
        template: {
          metadata: { labels: { app: "many" } },
          spec: {
            containers: [
              {
                name: "app",
                image: server,
                ports: [{ containerPort: 8080 }],
                env: [{ name: "PORT", value: "8080" }],
              },
            ],
          },
        },
      },
    };
    const { outputs } = await create(capped.provider, "many", inputs);
    expect(outputs.status).toMatchObject({ availableReplicas: 3 });
    expect(capped.cluster.state().kubernetes).toMatchObject({ replicaCap: 1, podsNotRun: 2 });
  } finally {
    await capped.stop();
  }
});
