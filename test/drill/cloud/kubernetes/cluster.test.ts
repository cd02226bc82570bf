import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InitialisationFailed } from "../../../../drill/cloud/provider/provider";
import {
  create,
  eventually,
  JOB_PROGRAM,
  SERVER_PROGRAM,
  type TestCluster,
  testCluster,
  update,
} from "./support/cluster";

let test: TestCluster;
let image = "";
let jobs = "";

beforeAll(async () => {
  test = await testCluster();
  image = test.publish("shop/orders", SERVER_PROGRAM);
  jobs = test.publish("shop/jobs", JOB_PROGRAM);
  await create(test.provider, "namespace", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop" },
  });
});
afterAll(() => test.stop());

function deployment(
  name: string,
  release: string,
  replicas = 2,
  environment: { name: string; value: string }[] = [],
) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "shop" },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          volumes: [{ name: "settings", configMap: { name: "settings" } }],
          containers: [
            {
              name: "app",
              image,
              ports: [{ name: "http", containerPort: 8080 }],
              env: [
                { name: "PORT", value: "8080" },
                { name: "RELEASE", value: release },
                { name: "FILE", value: "/etc/settings/greeting" },
                { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "database", key: "password" } } },
                { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
                { name: "SELF_URL", value: `http://${name}.shop.svc.cluster.local:80/x` },
                ...environment,
              ],
              volumeMounts: [{ name: "settings", mountPath: "/etc/settings" }],
              readinessProbe: { httpGet: { path: "/ready", port: "http" }, periodSeconds: 5 },
            },
          ],
        },
      },
    },
  };
}

function service(name: string) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "shop" },
    spec: { selector: { app: name }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
  };
}

function job(name: string, args: string[], spec: Record<string, unknown> = {}) {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace: "shop" },
    spec: {
      backoffLimit: 0,
      ...spec,
      template: { spec: { restartPolicy: "Never", containers: [{ name: "job", image: jobs, args }] } },
    },
  } as never;
}

describe("a Deployment behind a Service", () => {
  it("runs as processes, is reached through the Service, and is replaced without a lost request", async () => {
    await create(test.provider, "settings", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace: "shop" },
      data: { greeting: "good morning" },
    });
    await create(test.provider, "database", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "database", namespace: "shop" },
      stringData: { password: "secret word" },
    });
    const made = await create(test.provider, "orders", deployment("orders", "3.2.0"));
    await create(test.provider, "orders-service", service("orders"));
    await create(test.provider, "binding", {
      apiVersion: "elbv2.k8s.aws/v1beta1",
      kind: "TargetGroupBinding",
      metadata: { name: "orders", namespace: "shop" },
      spec: { targetGroupARN: "arn:target", targetType: "ip", serviceRef: { name: "orders", port: 80 } },
    });
    const targets = await eventually(
      () => test.targets.get("arn:target shop/orders") ?? [],
      (list) => list.length === 2,
    );
    const [first] = targets;
    const environment = (await (await fetch(`http://127.0.0.1:${first?.port}/environment`)).json()) as Record<
      string,
      string
    >;
    expect(environment).toMatchObject({
      PASSWORD: "secret word",
      RELEASE: "3.2.0",
      POD: first?.id,
      AWS_REGION: "eu-central-1",
    });
    expect(await (await fetch(`http://127.0.0.1:${first?.port}/file`)).text()).toBe("good morning");
    const url = environment.SELF_URL ?? "";
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/x$/);

    const answers = new Map<string, number>();
    let going = true;
    const traffic = (async () => {
      while (going) {
        const key = await fetch(url).then(
          async (answer) => `${answer.status} ${(await answer.text()).split(" ")[0]}`,
          (problem: Error) => `failed ${problem.message}`,
        );
        answers.set(key, (answers.get(key) ?? 0) + 1);
      }
    })();
    await update(test.provider, made, deployment("orders", "3.2.1"));
    await eventually(
      () => test.targets.get("arn:target shop/orders")?.length,
      (count) => count === 2,
    );
    going = false;
    await traffic;
    expect([...answers.keys()].sort()).toEqual(["200 3.2.0", "200 3.2.1"]);
  });

  it("comes back after a restart of the cloud", async () => {
    await test.restart();
    const targets = await eventually(
      () => test.targets.get("arn:target shop/orders") ?? [],
      (list) => list.length === 2,
    );
    const answer = await eventually(
      () =>
        fetch(`http://127.0.0.1:${targets[0]?.port}/`).then(
          (response) => response.text(),
          () => "",
        ),
      (text) => text !== "",
    );
    expect(answer).toMatch(/^3\.2\.1 /);
  });
});

describe("a Job", () => {
  it("is complete when its process has ended well", async () => {
    const { outputs } = await create(test.provider, "migrate", job("migrate", ["migrate"]));
    expect(outputs).toMatchObject({ status: { succeeded: 1 } });
  });

  it("fails with the last lines of its log", async () => {
    const failed = create(test.provider, "verify", job("verify", ["verify", "1"]));
    const problem = await failed.catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(InitialisationFailed);
    expect((problem as InitialisationFailed).resource.reasons.join("\n")).toContain("leaving with 1");
    expect((problem as InitialisationFailed).resource.reasons[0]).toContain("BackoffLimitExceeded");
  });
});
