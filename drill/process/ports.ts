import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import net from "node:net";

/** Below are the ports that well-known servers use. */
const LOWEST = 10_000;
/** Where the operating system's own range begins when it does not say; it begins higher on macOS. */
const USUAL_RANGE = 32_768;
const ATTEMPTS = 100;

/**
 * A free TCP port on the loopback address. It lies below the range from which the operating system gives ports to
 * outgoing connections: a server that is not up yet, or has to come back at its address, would lose its port to one.
 */
export async function freePort(): Promise<number> {
  const beyond = firstOutgoingPort();
  for (let attempt = 0; attempt < ATTEMPTS && beyond > LOWEST; attempt += 1) {
    const port = await tryPort(randomInt(LOWEST, beyond));
    if (port !== undefined) return port;
  }
  const port = await tryPort(0);
  if (port === undefined) throw new Error("There is no free port on the loopback address.");
  return port;
}

export const isFree = async (port: number): Promise<boolean> => (await tryPort(port)) !== undefined;

/** The port when a server can listen there; 0 stands for any. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const probe = net.createServer();
    probe.once("error", () => done(undefined));
    probe.listen(port, "127.0.0.1", () => {
      const { port: found } = probe.address() as net.AddressInfo;
      probe.close(() => done(found));
    });
  });
}

/** The first port the operating system gives to outgoing connections. */
export function firstOutgoingPort(): number {
  try {
    return Number.parseInt(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8"), 10);
  } catch {
    return USUAL_RANGE;
  }
}
