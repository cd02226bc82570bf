import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { edgeKinds } from "../../../../drill/cloud/aws/edge/kinds";
import type { Kind } from "../../../../drill/cloud/aws/kind";
import type { Databases } from "../../../../drill/cloud/aws/rds/databases";
import { databaseKinds } from "../../../../drill/cloud/aws/rds/kinds";
import { RECORDED } from "../../../../drill/cloud/aws/recorded";
import type { Resources } from "../../../../drill/cloud/aws/resources";
import { storageKinds } from "../../../../drill/cloud/aws/s3/kinds";
import type { S3Storage } from "../../../../drill/cloud/aws/s3/storage";
import { secretKinds } from "../../../../drill/cloud/aws/secrets/kinds";
import { temporaryAccount } from "./account";

const SDK = path.dirname(createRequire(__filename).resolve("@pulumi/aws/package.json"));
const resources = {} as Resources;
const kinds: readonly Kind[] = [
  ...RECORDED,
  ...edgeKinds(resources),
  ...storageKinds({} as S3Storage),
  ...secretKinds(resources),
  ...databaseKinds({} as Databases, resources),
];

/** What the class of a resource in @pulumi/aws itself knows. */
function published(token: string) {
  const [, module = "", file = ""] = /^aws:(\w+)\/(\w+):/.exec(token) ?? [];
  const source = readFileSync(path.join(SDK, module, `${file}.js`), "utf8");
  const all = (pattern: RegExp): string[] =>
    [...new Set([...source.matchAll(pattern)].map((match) => match[1] ?? ""))].sort();
  return {
    token: /__pulumiType = '([^']+)'/.exec(source)?.[1],
    required: all(/Missing required property '(\w+)'/g),
    outputs: all(/resourceInputs\["(\w+)"\] = undefined \/\*out\*\//g),
    inputs: all(/resourceInputs\["(\w+)"\] = (?:args|pulumi|\()/g),
  };
}

describe.each(kinds.map((kind) => [kind.token, kind] as const))("%s", (token, kind) => {
  test("is described as @pulumi/aws describes it", () => {
    const sdk = published(token);
    expect(sdk.token).toBe(token);
    expect([...(kind.required ?? [])].sort()).toEqual(sdk.required);
    expect(sdk.outputs.filter((name) => !(name in kind.computed))).toEqual([]);
    const mentioned = [
      ...(kind.replace ?? []),
      ...(kind.writeOnly ?? []),
      ...Object.keys(kind.defaults ?? {}),
      ...Object.keys(kind.rules ?? {}).map((rule) => rule.split(/[.[]/, 1)[0] ?? ""),
    ];
    expect(mentioned.filter((name) => !sdk.inputs.includes(name))).toEqual([]);
    const known = [...sdk.inputs, ...sdk.outputs];
    expect(Object.keys(kind.computed).filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe("the provider", () => {
  let account: Awaited<ReturnType<typeof temporaryAccount>>;
  beforeAll(async () => {
    account = await temporaryAccount();
  });
  afterAll(() => account.remove());

  test("refuses a type that is not in the table, by its name", async () => {
    await expect(account.user.create("aws:lightsail/instance:Instance", "x", {})).rejects.toThrow(
      /no aws:lightsail\/instance:Instance/,
    );
    await expect(account.user.invoke("aws:lightsail/getX:getX", {})).rejects.toThrow(
      /no function aws:lightsail/,
    );
  });

  test("generates the same name in the preview and in the update, and keeps it", async () => {
    const type = "aws:sns/topic:Topic";
    const first = await account.user.checked(type, "alarms", {});
    expect(first).toEqual(await account.user.checked(type, "alarms", {}));
    expect(first.name).toMatch(/^alarms-[0-9a-f]{7}$/);
    expect((await account.user.checked(type, "alarms", { displayName: "x" }, first)).name).toBe(first.name);
    expect((await account.user.checked(type, "alarms", { name: "mine" }, first)).name).toBe("mine");
  });

  test("leaves unknown in a preview what only creation gives, and keeps it in the preview of an update", async () => {
    const type = "aws:kms/key:Key";
    const foreseen = await account.user.preview(type, "key", { description: "a", tags: { env: "test" } });
    expect(foreseen).toMatchObject({
      description: "a",
      region: "eu-central-1",
      tagsAll: { team: "shop", env: "test" },
    });
    for (const name of ["arn", "keyId"]) expect(foreseen[name]).toHaveProperty("unknown", true);
    const { id, outputs } = await account.user.create(type, "key", { description: "a" });
    expect(outputs.arn).toBe(`arn:aws:kms:eu-central-1:111122223333:key/${id}`);
    const after = await account.user.update(
      type,
      "key",
      id,
      { description: "a" },
      { description: "b" },
      true,
    );
    expect(after).toMatchObject({ arn: outputs.arn ?? "", description: "b" });
    expect((await account.user.read(type, id))?.outputs.description).toBe("a");
  });

  test("replaces where AWS must, and deletes first when the name is given", async () => {
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { Service: "pods.eks.amazonaws.com" }, Action: ["sts:AssumeRole"] },
      ],
    });
    const type = "aws:iam/role:Role";
    const { id } = await account.user.create(type, "role", { name: "jobs", assumeRolePolicy: policy });
    expect(id).toBe("jobs");
    const old = { name: "jobs", assumeRolePolicy: policy };
    expect(await account.user.diff(type, "role", id, old, { ...old, description: "new" })).toMatchObject({
      changes: { description: { kind: "add", replace: false } },
      deleteBeforeReplace: false,
    });
    expect(await account.user.diff(type, "role", id, old, { ...old, path: "/jobs/" })).toMatchObject({
      changes: { path: { replace: true } },
      deleteBeforeReplace: true,
    });
    expect(await account.user.diff(type, "role", id, old, { ...old, name: "others" })).toMatchObject({
      deleteBeforeReplace: false,
    });
    await expect(account.user.create(type, "again", old)).rejects.toThrow(/jobs already exists/);
    await account.user.remove(type, id);
    await account.user.remove(type, id);
    expect(await account.user.read(type, id)).toBeUndefined();
  });

  test("an engine that died before it learnt an id gets the same resource, one that knows it is refused", async () => {
    const type = "aws:sns/topic:Topic";
    const inputs = { name: "alarms", displayName: "first" };
    const [one, two] = await Promise.all([1, 2].map(() => account.user.create(type, "repeated", inputs)));
    expect(two?.id).toBe(one?.id);
    const again = await account.user.create(type, "repeated", { ...inputs, displayName: "second" });
    expect(again).toMatchObject({ id: one?.id, outputs: { displayName: "second" } });
    await expect(account.user.create(type, "another", inputs)).rejects.toThrow(/alarms already exists/);
    await account.user.diff(type, "repeated", again.id, inputs, inputs);
    await expect(account.user.create(type, "repeated", inputs)).rejects.toThrow(/already exists/);
    await account.user.remove(type, again.id, "repeated");
    expect((await account.user.create(type, "repeated", inputs)).id).toBe(again.id);
  });

  test("tells all mistakes at once, as AWS would find them", async () => {
    const mistakes = account.user.checked("aws:rds/instance:Instance", "orders", {
      engine: "oracle",
      allocatedStorage: 5,
      backupRetentionPeriod: 60,
      monitoringInterval: 60,
      passwordWo: "has a space",
      identifier: "Orders--1",
      kmsKeyId: "alias/mine",
    });
    await expect(mistakes).rejects.toThrow(
      /instanceClass: is required.*engine: expected one of.*allocatedStorage.*backupRetentionPeriod.*kmsKeyId.*monitoringRoleArn/s,
    );
    await expect(mistakes).rejects.not.toThrow(/has a space/);
  });

  test.each([
    ["aws:iam/rolePolicy:RolePolicy", { role: "r", policy: "{" }, /not valid JSON/],
    [
      "aws:iam/rolePolicy:RolePolicy",
      { role: "r", policy: '{"Statement":[{"Effect":"Allow","Action":"s3","Resource":"*"}]}' },
      /SERVICE:ACTION/,
    ],
    [
      "aws:s3/bucketPolicy:BucketPolicy",
      { bucket: "b", policy: '{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}' },
      /Principal is missing/,
    ],
    [
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { securityGroupId: "sg-1", ipProtocol: "tcp", cidrIpv4: "10.0.0.0/40" },
      /IPv4 range.*fromPort.*is required/s,
    ],
    ["aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 31 }, /retentionInDays: expected one of/],
    [
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      { comparisonOperator: "GreaterThanThreshold", evaluationPeriods: 1, threshold: 1 },
      /metricName: is required/,
    ],
    [
      "aws:lb/listenerRule:ListenerRule",
      { listenerArn: "x", conditions: [{}], actions: [{ type: "forward" }], priority: 0 },
      /priority.*listenerArn: expected an ARN.*actions\[0\]: type forward needs/s,
    ],
    [
      "aws:backup/plan:Plan",
      { rules: [{ ruleName: "daily", targetVaultName: "v", schedule: "every day" }] },
      /targetVaultName.*schedule: expected cron/s,
    ],
    [
      "aws:route53/record:Record",
      { name: "x", type: "A", zoneId: "Z1", records: ["1.2.3.4"] },
      /ttl: is required/,
    ],
    ["aws:s3/bucket:Bucket", { bucket: "Not_A_Bucket" }, /bucket: expected 3 to 63/],
  ])("%s refuses what AWS would", async (type, inputs, reason) => {
    await expect(account.user.checked(type, "wrong", inputs as never)).rejects.toThrow(reason);
  });

  test("runs a database from its inputs, with what creation assigns unknown before", async () => {
    const type = "aws:rds/instance:Instance";
    const inputs = {
      identifier: "orders",
      engine: "postgres",
      instanceClass: "db.t4g.medium",
      allocatedStorage: 20,
      dbName: "orders",
      username: "shop",
      passwordWo: "First-password1",
      passwordWoVersion: 1,
      port: 5432,
      skipFinalSnapshot: true,
      deletionProtection: true,
    };
    const foreseen = await account.user.preview(type, "orders", inputs);
    for (const name of ["address", "port", "endpoint", "arn"])
      expect(foreseen[name]).toHaveProperty("unknown", true);
    const { id, outputs } = await account.user.create(type, "orders", inputs);
    expect(outputs).toMatchObject({
      address: "127.0.0.1",
      dbName: "orders",
      status: "available",
      identifier: "orders",
    });
    expect(JSON.stringify(outputs)).not.toContain("First-password1");
    expect(
      await account.user.diff(type, "orders", id, inputs, { ...inputs, passwordWo: "Second-password1" }),
    ).toEqual({ changes: {}, deleteBeforeReplace: false });
    const snapshot = await account.user.create("aws:rds/snapshot:Snapshot", "before", {
      dbInstanceIdentifier: "orders",
      dbSnapshotIdentifier: "orders-before",
    });
    expect(snapshot.outputs).toMatchObject({ status: "available", allocatedStorage: 20 });
    expect(
      await account.user.invoke("aws:rds/getSnapshot:getSnapshot", {
        dbInstanceIdentifier: "orders",
        mostRecent: true,
      }),
    ).toMatchObject({ id: "orders-before" });
    await expect(account.user.remove(type, id)).rejects.toThrow(/disable deletion protection/);
    const { port } = outputs;
    await account.restart();
    expect((await account.user.read(type, id))?.outputs.port).toBe(port);
    await account.user.update(type, "orders", id, inputs, { ...inputs, deletionProtection: false });
    await account.user.remove(type, id);
    expect(await account.user.read(type, id)).toBeUndefined();
  });

  test("keeps secrets sealed on disk and marked in answers", async () => {
    const secret = await account.user.create("aws:secretsmanager/secret:Secret", "login", {
      name: "shop/login",
    });
    const version = await account.user.create("aws:secretsmanager/secretVersion:SecretVersion", "login", {
      secretId: secret.id,
      secretString: "v3ry-secret",
    });
    expect(version.outputs.secretString).toEqual({ value: "v3ry-secret" });
    const found = await account.user.invoke("aws:secretsmanager/getSecretVersion:getSecretVersion", {
      secretId: "shop/login",
    });
    expect(found.secretString).toEqual({ value: "v3ry-secret" });
    const { execFileSync } = await import("node:child_process");
    expect(() => execFileSync("grep", ["-r", "v3ry-secret", account.directory])).toThrow();
  });

  test("reads an object that a program put", async () => {
    await account.user.create("aws:s3/bucket:Bucket", "evidence", {
      bucket: "shop-evidence",
      objectLockEnabled: true,
    });
    const invoke = () =>
      account.user.invoke("aws:s3/getObject:getObject", { bucket: "shop-evidence", key: "a/b.json" });
    await expect(invoke()).rejects.toThrow(/NoSuchKey/);
    await account.user.create("aws:s3/bucketObjectv2:BucketObjectv2", "document", {
      bucket: "shop-evidence",
      key: "a/b.json",
      content: '{"version":1}',
      contentType: "application/json",
    });
    expect(await invoke()).toMatchObject({ body: '{"version":1}', contentType: "application/json" });
    expect(
      await account.user.invoke("aws:s3/getObjects:getObjects", { bucket: "shop-evidence", prefix: "a/" }),
    ).toMatchObject({ keys: ["a/b.json"] });
  });
});
