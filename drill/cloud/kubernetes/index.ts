import path from "node:path";
import type { Cluster, ClusterOptions } from "../ports";
import { ApiServer } from "./api/server";
import { createControllers } from "./controllers";
import { ControllerLoop } from "./controllers/loop";
import { ClusterFaults } from "./faults";
import { serveCluster } from "./http/serve";
import { Kubelet } from "./kubelet/kubelet";
import { ListenerPool } from "./kubelet/listener-pool";
import { LogFolder } from "./kubelet/log-file";
import { ServiceProxy } from "./kubelet/service-proxy";
import { persistObjects } from "./persistence";
import { KubernetesProvider } from "./provider/provider";
import { serviceBackends } from "./service-backends";
import { clusterState } from "./state";

/** The cluster of the drill: one node, this machine, on which pods run as processes. */
export function createCluster(options: ClusterOptions): Cluster {
  const log = (message: string): void => options.log(`kubernetes: ${message}`);
  const server = new ApiServer({ persistence: persistObjects(options.persistence) });
  const folder = options.persistence.directory;
  const logs = new LogFolder(path.join(folder, "logs"));
  const listeners = new ListenerPool();
  const proxy = new ServiceProxy((namespace, service, port) => backends(namespace, service, port), listeners);
  const faults = new ClusterFaults(proxy);
  const kubelet = new Kubelet(
    {
      server,
      registry: options.registry,
      platform: options.platformEnvironment,
      resolve: (text) => options.edge.resolve(text),
      services: proxy,
      faults,
      logs,
      folder: path.join(folder, "pods"),
      log,
    },
    options.replicaCap,
  );
  const backends = serviceBackends(server, kubelet);
  const loop = new ControllerLoop(server, createControllers(server, options.edge, kubelet), log);
  return {
    provider: new KubernetesProvider(server, logs),
    http: serveCluster(server, logs, kubelet),
    state: () => clusterState(server, kubelet, proxy, options.replicaCap),
    faults: faults.kinds,
    async restore() {
      await listeners.fill();
      kubelet.start();
      loop.start();
    },
    async stop() {
      loop.stop();
      await kubelet.stop();
      await proxy.stop();
    },
  };
}
