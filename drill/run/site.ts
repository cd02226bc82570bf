import { type Census, takeCensus } from "../load/audit";
import { type Documents, readEvidence } from "./evidence";
import type { CloudKinds } from "./executed";
import { type Filled, fill } from "./fill";
import { Operator } from "./operator";
import type { DrillOptions } from "./options";
import { setParameters } from "./stack-file";
import { Traffic } from "./traffic";
import type { Workspace } from "./workspace";
import type { World } from "./world";

/** What the shop's history is, and what was there when the first customer came. */
export interface Stocked extends Filled {
  readonly census: Census;
}

interface CloudState extends CloudKinds {
  readonly databases: readonly { readonly identifier: string; readonly status: string }[];
  readonly loadBalancers: readonly {
    readonly listeners: readonly { readonly port: number; readonly address: string }[];
  }[];
  readonly storage: { readonly endpoint: string };
}

/** Where a drill takes place: the world, its operator and its customers. */
export class Site {
  readonly operator: Operator;
  private customers: Traffic | undefined;

  constructor(
    readonly workspace: Workspace,
    readonly options: DrillOptions,
    readonly world: World,
    readonly print: (line: string) => void,
    signal: AbortSignal,
  ) {
    this.operator = new Operator(workspace, options, world.cloud, print, signal);
  }

  get traffic(): Traffic | undefined {
    return this.customers;
  }

  /** Fills the data model of the release in use and counts what is in it. */
  async fill(): Promise<Stocked> {
    const databaseUrl = await this.databaseUrl();
    const filled = await fill(this.workspace, this.options, databaseUrl, this.print);
    return { ...filled, census: await takeCensus(databaseUrl) };
  }

  /** The superuser's address of the database, which no program of the shop has. */
  async databaseUrl(): Promise<string> {
    const { databases } = await this.state();
    // The scratch instance of the restore check is there for a while beside the shop's own.
    const [database] = databases.filter(({ identifier }) => !identifier.includes("scratch"));
    if (database === undefined) throw new Error("the stack has no database yet");
    return this.world.cloud.operatorUrl(database.identifier);
  }

  /** Lets customers in and waits until so many of them were answered that figures before the upgrade exist. */
  async letCustomersIn(warmUp: number): Promise<void> {
    await this.openDoors();
    await this.customers?.settled(warmUp);
  }

  /** Starts the load on the public address; also when a drill is continued. */
  async openDoors(): Promise<void> {
    const address = await this.address();
    setParameters(this.workspace, { "edge.publicUrl": address });
    this.customers = Traffic.start(this.workspace, this.options, address);
    this.print(`  customers come to ${address}`);
  }

  /** The public address, which is known once the load balancer stands. */
  async address(): Promise<string> {
    const { loadBalancers } = await this.state();
    const listener = loadBalancers.flatMap(({ listeners }) => listeners).find(({ port }) => port === 443);
    if (listener === undefined) throw new Error("the stack has no load balancer with a listener on port 443");
    return listener.address;
  }

  /** The newest evidence document of each step. */
  async evidence(): Promise<Documents> {
    return readEvidence(this.world.cloud, this.options.stack, this.options.to);
  }

  /** What the cloud runs, and what it only records. */
  kinds(): Promise<CloudKinds> {
    return this.state();
  }

  private async state(): Promise<CloudState> {
    return (await this.world.cloud.state()) as unknown as CloudState;
  }
}
