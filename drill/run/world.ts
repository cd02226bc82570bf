import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { ended } from "../process/leash";
import { freePort } from "../process/ports";
import { Cloud, startService } from "./cloud";
import type { Workspace } from "./workspace";

/** Addresses of the simulated companies the shop works with. */
export interface Outside {
  readonly payment: string;
  readonly carrier: string;
}

/** Everything around the order system: the cloud it runs in and the companies it talks to. */
export class World {
  private constructor(
    readonly cloud: Cloud,
    readonly outside: Outside,
    private readonly companies: readonly ChildProcess[],
  ) {}

  /** Starts the drill cloud and the companies; each dies with this process. */
  static async start(workspace: Workspace, seed: number): Promise<World> {
    const ports = await companyPorts(workspace);
    const company = async (name: keyof Outside): Promise<ChildProcess> => {
      const variables = { PORT: String(ports[name]), SEED: String(seed) };
      return (await startService(workspace, name, `drill/shop/outside/${name}-main.ts`, [], variables))[0];
    };
    const [cloud, ...companies] = await Promise.all([
      Cloud.start(workspace),
      company("payment"),
      company("carrier"),
    ]);
    const outside = {
      payment: `http://127.0.0.1:${ports.payment}`,
      carrier: `http://127.0.0.1:${ports.carrier}`,
    };
    return new World(cloud, outside, companies);
  }

  /** Stops everything in order: the cloud first, with all it runs. */
  async stop(): Promise<void> {
    await this.cloud.stop();
    for (const child of this.companies) {
      child.kill("SIGTERM");
      await ended(child);
    }
  }
}

/** The same ports when a drill is continued: their addresses are parameters, and a changed one would restart the shop. */
async function companyPorts(workspace: Workspace): Promise<Record<keyof Outside, number>> {
  const file = workspace.file("companies.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Record<keyof Outside, number>;
  const ports = { payment: await freePort(), carrier: await freePort() };
  writeFileSync(file, JSON.stringify(ports));
  return ports;
}
