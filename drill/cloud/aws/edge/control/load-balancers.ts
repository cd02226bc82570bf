import type { Ports } from "../../../persistence/ports";
import type { Edge, Log, Target, TargetHealth } from "../../../ports";
import type { Resources } from "../../resources";
import type { DataPlane, DataPlaneEvents, MetricsText, StartDataPlane } from "../data-plane/data-plane";
import { describe, type EdgeDescription } from "./description";
import { Registrations } from "./registrations";

const ATTACHED = "attachments";

export interface LoadBalancersOptions {
  readonly resources: Resources;
  readonly ports: Ports;
  readonly log: Log;
  readonly dataPlane: StartDataPlane;
  /** Told when the data plane died: the cloud is of no use without it. */
  readonly died: DataPlaneEvents["died"];
}

/**
 * All load balancers of the account: their control plane. It follows the description that the resources give, and makes
 * the data plane follow, which never drops a request for it.
 */
export class LoadBalancers implements Edge {
  private readonly registrations = new Registrations();
  private readonly plane: DataPlane;
  /** Ports of the servers that are open, by what they are for. */
  private readonly open = new Map<string, number>();
  private readonly cuts = new Map<string, number>();
  private description: EdgeDescription = { balancers: [], groups: [], attachments: new Map() };
  private reconciling: Promise<void> = Promise.resolve();

  constructor(private readonly options: LoadBalancersOptions) {
    this.plane = options.dataPlane({
      health: (arn, registration, health) => this.registrations.setHealth(arn, registration, health),
      log: options.log,
      died: options.died,
    });
  }

  /** Follows the resources as they are now, and resolves when requests do. Fails when a listener cannot be opened. */
  reconcile(): Promise<void> {
    const next = this.reconciling.then(() => this.follow(describe(this.options.resources)));
    this.reconciling = next.catch(() => {});
    return next;
  }

  setTargets(targetGroupArn: string, owner: string, targets: readonly Target[]): void {
    this.plane.setTargets(targetGroupArn, this.registrations.setTargets(targetGroupArn, owner, targets));
  }

  health(targetGroupArn: string): ReadonlyMap<string, TargetHealth> {
    return this.registrations.health(targetGroupArn);
  }

  resolve(text: string): string {
    return text.replace(
      /\b(https?):\/\/([a-z0-9][a-z0-9.-]*)(?::(\d+))?/gi,
      (whole, scheme: string, host: string, port?: string) => {
        const wanted = Number(port ?? (scheme.toLowerCase() === "https" ? 443 : 80));
        return this.addressOf(host.toLowerCase(), wanted) ?? whole;
      },
    );
  }

  /** Cuts the way to a group until the answer is called. */
  async cut(targetGroupArn: string): Promise<() => Promise<void>> {
    await this.countCut(targetGroupArn, 1);
    return () => this.countCut(targetGroupArn, -1);
  }

  groupArns(name: string): string[] {
    return this.registrations.arnsOf(name);
  }

  async state(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const targetGroups = await this.plane.report();
    return this.description.balancers.map((balancer) => ({
      name: balancer.name,
      arn: balancer.arn,
      dnsName: balancer.dnsName,
      listeners: balancer.listeners.map((listener) => ({
        arn: listener.arn,
        port: listener.port,
        protocol: listener.protocol,
        address: this.local(listener.arn, ""),
        rules: listener.rules.map(({ priority, action }) => ({
          priority: Number.isFinite(priority) ? priority : "default",
          action,
        })),
      })),
      hosts: Object.fromEntries(balancer.hosts.map((host) => [host, this.addressOf(host, 443)])),
      targetGroups,
    }));
  }

  metrics(): Promise<MetricsText> {
    return this.plane.metrics();
  }

  async stop(): Promise<void> {
    await this.reconciling;
    await this.plane.stop();
  }

  private async follow(description: EdgeDescription): Promise<void> {
    this.registrations.setGroups(description.groups);
    for (const { arn } of description.groups)
      this.registrations.setTargets(arn, ATTACHED, description.attachments.get(arn) ?? []);
    const listeners = description.balancers.flatMap((balancer) =>
      balancer.listeners.map((settings) => ({ settings, hosts: ["", ...balancer.hosts] })),
    );
    const wanted = listeners.flatMap(({ settings, hosts }) =>
      hosts.map((host) => ({ arn: settings.arn, host, purpose: purposeOf(settings.arn, host) })),
    );
    for (const purpose of this.open.keys()) {
      if (wanted.some((one) => one.purpose === purpose)) continue;
      this.open.delete(purpose);
      this.options.ports.release(purpose);
    }
    await this.plane.configure({
      listeners,
      groups: description.groups.map((settings) => ({
        settings,
        targets: this.registrations.targets(settings.arn),
      })),
    });
    for (const { arn, host, purpose } of wanted) {
      if (this.open.has(purpose)) continue;
      const port = await this.options.ports.choose(purpose);
      await this.plane.open(arn, host, port);
      this.open.set(purpose, port);
    }
    this.description = description;
  }

  /** Two faults may cut the same way; it is free again when both have ended. */
  private async countCut(targetGroupArn: string, change: 1 | -1): Promise<void> {
    const count = (this.cuts.get(targetGroupArn) ?? 0) + change;
    this.cuts.set(targetGroupArn, count);
    await this.plane.setCut(targetGroupArn, count > 0);
  }

  private addressOf(host: string, port: number): string | undefined {
    const balancer = this.description.balancers.find(({ hosts }) => hosts.includes(host));
    const listener =
      balancer?.listeners.find((one) => one.port === port) ??
      balancer?.listeners.find(({ protocol }) => protocol === "HTTPS") ??
      balancer?.listeners[0];
    return listener === undefined ? undefined : this.local(listener.arn, host);
  }

  private local(listenerArn: string, host: string): string | undefined {
    const port = this.open.get(purposeOf(listenerArn, host));
    return port === undefined ? undefined : `http://127.0.0.1:${port}`;
  }
}

const purposeOf = (listenerArn: string, host: string): string => `listener/${listenerArn}/${host}`;
