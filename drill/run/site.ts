import { readFileSync } from "node:fs";
import path from "node:path";
import { takeCensus } from "../load/audit";
import { generate } from "../shop/generator";
import { Operator } from "./operator";
import type { DrillOptions } from "./options";
import { setParameters } from "./stack-file";
import { customersFile, Traffic } from "./traffic";
import type { Workspace } from "./workspace";
import type { World } from "./world";

/** Where a drill takes place: the world, its operator and its customers. */
export class Site {
  readonly operator: Operator;
  private customers: Traffic | undefined;

  constructor(
    readonly workspace: Workspace,
    readonly options: DrillOptions,
    readonly world: World,
    readonly print: (line: string) => void,
  ) {
    this.operator = new Operator(workspace, options, world.providers, print);
  }

  get traffic(): Traffic | undefined {
    return this.customers;
  }

  /** Fills the old data model and counts what is in it. */
  async generate(): Promise<unknown> {
    const databaseUrl = await this.world.administratorUrl();
    const report = await generate({
      databaseUrl,
      orders: this.options.orders,
      seed: this.options.seed,
      customersFile: customersFile(this.workspace),
    });
    return { report, census: await takeCensus(databaseUrl) };
  }

  /** Customers come to the public address, which is known once the load balancer stands. */
  async letCustomersIn(warmUp: number): Promise<unknown> {
    await this.openDoors();
    await this.customers?.settled(warmUp);
    return {};
  }

  /** Starts the load; also when a drill is continued. */
  async openDoors(): Promise<void> {
    const address = await this.world.publicAddress();
    setParameters(this.workspace, { "edge.publicUrl": address });
    this.customers = Traffic.start(this.workspace, this.options, address);
    this.print(`  customers come to ${address}`);
  }
}

/** The key that release manifests are signed with. */
export const publisherKey = (workspace: Workspace): string =>
  readFileSync(path.join(workspace.root, "releases", "publisher.pub.pem"), "utf8");
