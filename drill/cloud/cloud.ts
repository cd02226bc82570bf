import { appendFileSync, chmodSync, mkdirSync } from "node:fs";
import path from "node:path";
import { createAws } from "./aws/aws";
import { WorkerDataPlane } from "./aws/edge/worker/worker-data-plane";
import { openAuthority } from "./certificates/authority";
import { serveControl } from "./control/server";
import { namedFaults } from "./faults/named";
import { openFaults } from "./faults/registry";
import { openRegistry } from "./images/registry";
import { createCluster } from "./kubernetes";
import { lockDirectory } from "./lock";
import type { CloudOptions } from "./options";
import { rememberPorts } from "./persistence/ports";
import { openStore } from "./persistence/store";
import { openVault } from "./persistence/vault";
import type { Log } from "./ports";
import { serveProvider } from "./provider/server";
import { createRandomProvider } from "./random/provider";

export interface Cloud {
  /** Ports for PULUMI_DEBUG_PROVIDERS, by package. */
  readonly providers: Readonly<Record<string, number>>;
  readonly control: number;
  stop(): Promise<void>;
}

/**
 * Starts the cloud on its folder and brings back all that ran there before. `died` is told the reason when a part ended
 * without which the cloud is of no use: the process should end then.
 */
export async function startCloud(options: CloudOptions, died: (problem: Error) => void): Promise<Cloud> {
  const directory = path.resolve(options.directory);
  // Servers that run under another account must be able to pass through; what is secret is closed file by file.
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o711);
  const unlock = lockDirectory(directory);
  try {
    const vault = openVault(directory);
    const log = logTo(path.join(directory, "cloud.log"));
    const ports = rememberPorts(openStore(path.join(directory, "ports"), vault).collection("ports"));
    const authority = await openAuthority(path.join(directory, "certificates"));

    const aws = await createAws({
      persistence: openStore(path.join(directory, "aws"), vault),
      databaseDirectory: path.join(directory, "databases"),
      operators: path.join(directory, "operators"),
      ports,
      authority,
      log,
      dataPlane: (events) => new WorkerDataPlane(events),
      died(problem) {
        log("died", { reason: problem.message });
        died(problem);
      },
    });
    const cluster = createCluster({
      persistence: openStore(path.join(directory, "kubernetes"), vault),
      registry: openRegistry(path.resolve(options.images)),
      edge: aws.edge,
      platformEnvironment: aws.platformEnvironment,
      replicaCap: options.replicaCap,
      log,
    });
    await aws.restore();
    await cluster.restore();

    const faults = openFaults({ ...cluster.faults, ...namedFaults(cluster.faults), ...aws.faults });
    const control = await serveControl({
      port: await ports.choose("control"),
      state: async () => ({
        version: 1,
        ...(await aws.state()),
        ...cluster.state(),
        faults: faults.list(),
      }),
      metrics: aws.metrics,
      faults,
      others: (request, response) => cluster.http(request, response),
    });
    const packages = [aws.provider, createRandomProvider("4.21.2"), cluster.provider];
    const servers = await Promise.all(
      packages.map(async (provider) => ({
        name: provider.name,
        server: await serveProvider(provider, { port: await ports.choose(`provider/${provider.name}`) }),
      })),
    );
    log("ready", { directory });
    return {
      providers: Object.fromEntries(servers.map(({ name, server }) => [name, server.port])),
      control: control.port,
      async stop() {
        log("stopping");
        await Promise.all(servers.map(({ server }) => server.stop()));
        await faults.endAll();
        // Pods first, while their databases still answer.
        await cluster.stop();
        await aws.stop();
        await control.stop();
        unlock();
      },
    };
  } catch (problem) {
    unlock();
    throw problem;
  }
}

/** One JSON object a line. */
function logTo(file: string): Log {
  return (message, details = {}) => {
    appendFileSync(file, `${JSON.stringify({ time: new Date().toISOString(), message, ...details })}\n`, {
      mode: 0o600,
    });
  };
}
