import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Authority } from "../certificates/authority";
import type { Fault, FaultKind } from "../faults/fault";
import type { Ports } from "../persistence/ports";
import type { Edge, Log, Persistence, PlatformEnvironment } from "../ports";
import type { Provider } from "../provider/provider";
import { DEFAULT_REGION } from "./account";
import { LoadBalancers } from "./edge/control/load-balancers";
import type { MetricsText, StartDataPlane } from "./edge/data-plane/data-plane";
import { edgeKinds } from "./edge/kinds";
import { awsFaults } from "./faults";
import { awsInvokes } from "./invokes";
import type { Kind } from "./kind";
import { createAwsProvider } from "./provider";
import { dataDirectory } from "./rds/data-directory";
import { Databases } from "./rds/databases";
import { databaseKinds } from "./rds/kinds";
import { RECORDED } from "./recorded";
import { openResources } from "./resources";
import type { S3Failure } from "./s3/failure";
import { storageKinds } from "./s3/kinds";
import { serveS3 } from "./s3/server";
import { S3Storage } from "./s3/storage";
import { secretKinds } from "./secrets/kinds";

export interface AwsCloudOptions {
  readonly persistence: Persistence;
  readonly databaseDirectory: string;
  /** Folder of the superusers' addresses, for the drill itself. */
  readonly operators: string;
  readonly ports: Ports;
  readonly authority: Authority;
  readonly log: Log;
  /** What forwards the customers' requests. */
  readonly dataPlane: StartDataPlane;
  /** Told when a part died without which the account is of no use. */
  readonly died: (problem: Error) => void;
}

export interface AwsCloud {
  readonly provider: Provider;
  readonly edge: Edge;
  readonly platformEnvironment: PlatformEnvironment;
  readonly faults: Readonly<Record<string, FaultKind<Fault>>>;
  state(): Promise<Readonly<Record<string, unknown>>>;
  metrics(): Promise<MetricsText>;
  /** Starts what ran when the last process ended. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

/** Version of @pulumi/aws whose types the tables follow. */
const VERSION = "7.48.0";

/** The AWS part of the drill cloud: one account, with what runs and what is recorded. */
export async function createAws(options: AwsCloudOptions): Promise<AwsCloud> {
  const { persistence, ports, authority, log } = options;
  const resources = openResources(persistence);
  const storage = new S3Storage(persistence);
  const databases = new Databases({
    persistence,
    ports,
    authority,
    directory: dataDirectory(options.databaseDirectory),
    operators: options.operators,
    log,
  });
  const { dataPlane, died } = options;
  const balancers = new LoadBalancers({ resources, ports, log, dataPlane, died });
  const running: readonly Kind[] = [
    ...databaseKinds(databases, resources),
    ...storageKinds(storage),
    ...secretKinds(resources),
    ...edgeKinds(resources),
  ];
  const keys = accessKeys(persistence);
  const settings = persistence.collection<string>("settings");
  let troubles: readonly S3Failure[] = [];
  const s3 = await serveS3({
    storage,
    port: await ports.choose("s3"),
    accessKeyId: keys.id,
    trouble: () => troubles[0],
    log,
  });
  openDoorForOperator(options.operators, {
    endpoint: s3.endpoint,
    accessKeyId: keys.id,
    secretAccessKey: keys.secret,
  });
  const runs = (type: string): boolean => running.some(({ token }) => token === type);
  return {
    provider: createAwsProvider({
      version: VERSION,
      resources,
      kinds: new Map([...RECORDED, ...running].map((kind) => [kind.token, kind])),
      invokes: awsInvokes(resources, storage),
      configured({ region }) {
        settings.set("region", region);
      },
      changed: async (token) => {
        if (/^aws:(lb|alb|route53|acm|wafv2)\//.test(token)) await balancers.reconcile();
      },
    }),
    edge: balancers,
    platformEnvironment: () => ({
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ACCESS_KEY_ID: keys.id,
      AWS_SECRET_ACCESS_KEY: keys.secret,
      AWS_REGION: settings.get("region") ?? DEFAULT_REGION,
      NODE_EXTRA_CA_CERTS: authority.file,
    }),
    faults: awsFaults({
      databases,
      balancers,
      storageTrouble(trouble) {
        troubles = [...troubles, trouble];
        return () => {
          troubles = troubles.filter((one) => one !== trouble);
        };
      },
    }),
    state: async () => ({
      loadBalancers: await balancers.state(),
      databases: databases.list().map(({ record, server }) => ({
        identifier: record.identifier,
        status: server === undefined ? "stopped" : "available",
        address: "127.0.0.1",
        port: server?.port,
        username: record.username,
        name: record.database,
        parametersIgnored: record.parameters.ignored,
      })),
      buckets: storage.list().map(({ name }) => ({ name, objects: storage.keys(name).length })),
      storage: { endpoint: s3.endpoint },
      recordedTypes: RECORDED.map(({ token }) => token).filter((token) => !runs(token)),
      recorded: counted(resources.all().filter(({ token }) => !runs(token))),
    }),
    metrics: () => balancers.metrics(),
    async restore() {
      await Promise.all([databases.restoreAll(), balancers.reconcile()]);
    },
    async stop() {
      await balancers.stop();
      await s3.stop();
      rmSync(path.join(options.operators, "storage.json"), { force: true });
      await databases.stopAll();
    },
  };
}

/** Numbers of resources that are recorded and not run, by type. */
function counted(recorded: readonly { readonly token: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { token } of recorded) counts[token] = (counts[token] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Lets the drill itself read what is stored, as an operator with the right to would. */
function openDoorForOperator(folder: string, storage: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(folder, "storage.json"), JSON.stringify(storage), { mode: 0o600 });
}

function accessKeys(persistence: Persistence): { readonly id: string; readonly secret: string } {
  const collection = persistence.collection<{ readonly id: string; readonly sealed: string }>("access-keys");
  const known = collection.get("drill");
  if (known !== undefined) return { id: known.id, secret: persistence.open(known.sealed) };
  const id = `AKIA${randomBytes(8).toString("hex").toUpperCase()}`;
  const secret = randomBytes(30).toString("base64");
  collection.set("drill", { id, sealed: persistence.seal(secret) });
  return { id, secret };
}
