import net from "node:net";
import type { Manifest } from "../../releases/manifest";
import type { Parameters } from "../frame/parameters";
import { messageOf } from "../frame/problems";
import type { Check } from "../frame/result";

/** How long a connection may take to open when the parameters say nothing, in seconds. */
const TIMEOUT = 5;

/** Whether every connection that a module of the release reaches outside can be opened from here. */
export async function checkNetworkPaths(
  manifest: Manifest,
  business: Parameters["business"],
): Promise<Check[]> {
  const names = [...new Set(manifest.modules.flatMap(({ reaches }) => reaches))].sort();
  return Promise.all(
    names.map(async (connection): Promise<Check> => {
      const name = `network-${connection}`;
      const configured = business[connection] as { url?: string; timeout?: number } | undefined;
      if (configured?.url === undefined)
        return {
          name,
          holds: false,
          detail: `business.${connection}.url is not set, but modules of ${manifest.version} reach it`,
        };
      const { hostname, port, protocol } = new URL(configured.url);
      const target = {
        host: hostname,
        port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
      };
      const started = performance.now();
      try {
        await connect(target, configured.timeout ?? TIMEOUT);
        return {
          name,
          holds: true,
          value: Math.round(performance.now() - started),
          detail: `milliseconds to open a connection to ${target.host}:${target.port}`,
        };
      } catch (problem) {
        return {
          name,
          holds: false,
          detail: `${target.host}:${target.port} cannot be reached (${messageOf(problem)}); check the network rules and the address`,
        };
      }
    }),
  );
}

function connect(target: { host: string; port: number }, seconds: number): Promise<void> {
  return new Promise((done, fail) => {
    const socket = net.connect({ ...target, timeout: seconds * 1000 });
    const end = (finish: () => void): void => {
      socket.destroy();
      finish();
    };
    socket.once("connect", () => end(done));
    socket.once("timeout", () => end(() => fail(new Error(`no answer within ${seconds} s`))));
    socket.once("error", (problem) => end(() => fail(problem)));
  });
}
