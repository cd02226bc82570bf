import type { Ports } from "../../persistence/ports";
import type { Edge, Log, Target, TargetHealth } from "../../ports";
import type { Resources } from "../resources";
import { describe, type EdgeDescription } from "./description";
import { Listener } from "./listener";
import { EdgeMetrics } from "./metrics";
import { TargetGroup } from "./target-group";

const ATTACHED = "attachments";

/** All load balancers of the account. It follows the description that the resources give, and never drops a request for it. */
export class LoadBalancers implements Edge {
  private readonly groups = new Map<string, TargetGroup>();
  private readonly listeners = new Map<string, Listener>();
  /** Registered before their group was there. */
  private readonly waiting = new Map<string, Map<string, readonly Target[]>>();
  private readonly cuts = new Map<string, number>();
  private description: EdgeDescription = { balancers: [], groups: [], attachments: new Map() };
  private reconciling: Promise<void> = Promise.resolve();
  readonly metrics = new EdgeMetrics(() => this.counts());

  constructor(
    private readonly resources: Resources,
    private readonly ports: Ports,
    private readonly log: Log,
  ) {}

  /** Follows the resources as they are now. Fails when a listener cannot be opened. */
  reconcile(): Promise<void> {
    const next = this.reconciling.then(() => this.follow(describe(this.resources)));
    this.reconciling = next.catch(() => {});
    return next;
  }

  setTargets(targetGroupArn: string, owner: string, targets: readonly Target[]): void {
    const group = this.groups.get(targetGroupArn);
    if (group !== undefined) {
      group.setTargets(owner, targets);
      return;
    }
    const waiting = this.waiting.get(targetGroupArn) ?? new Map<string, readonly Target[]>();
    waiting.set(owner, targets);
    this.waiting.set(targetGroupArn, waiting);
  }

  health(targetGroupArn: string): ReadonlyMap<string, TargetHealth> {
    const members = this.groups.get(targetGroupArn)?.list() ?? [];
    return new Map(
      members.filter(({ health }) => health !== "draining").map(({ id, health }) => [id, health]),
    );
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
  cut(targetGroupArn: string): () => void {
    this.cuts.set(targetGroupArn, (this.cuts.get(targetGroupArn) ?? 0) + 1);
    return () => this.cuts.set(targetGroupArn, (this.cuts.get(targetGroupArn) ?? 1) - 1);
  }

  groupArns(name: string): string[] {
    return [...this.groups].filter(([, group]) => group.settings.name === name).map(([arn]) => arn);
  }

  state(): readonly Readonly<Record<string, unknown>>[] {
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
      targetGroups: [...this.groups.values()].map((group) => ({
        arn: group.settings.arn,
        name: group.settings.name,
        ...this.metrics.of(group.settings.name),
        targets: group
          .list()
          .map(({ id, host, port, health, inFlight }) => ({ id, host, port, health, inFlight })),
      })),
    }));
  }

  async stop(): Promise<void> {
    await this.reconciling;
    await Promise.all([...this.listeners.values()].map((listener) => listener.closeAll()));
    await Promise.all([...this.groups.values()].map((group) => group.destroy()));
  }

  private async follow(description: EdgeDescription): Promise<void> {
    this.followGroups(description);
    const wanted = description.balancers.flatMap(({ listeners, hosts }) =>
      listeners.map((settings) => ({ settings, hosts })),
    );
    for (const { settings, hosts } of wanted) {
      const known = this.listeners.get(settings.arn);
      const listener =
        known ??
        new Listener(settings, {
          group: (arn) => this.groups.get(arn),
          metrics: this.metrics,
          isCut: (arn) => (this.cuts.get(arn) ?? 0) > 0,
        });
      listener.change(settings);
      this.listeners.set(settings.arn, listener);
      for (const host of ["", ...hosts])
        if (!listener.hosts.has(host))
          await listener.open(host, await this.ports.choose(purpose(settings.arn, host)));
      for (const host of listener.hosts.keys())
        if (host !== "" && !hosts.includes(host)) await this.closeHost(listener, host);
    }
    for (const [arn, listener] of this.listeners) {
      if (wanted.some(({ settings }) => settings.arn === arn)) continue;
      this.listeners.delete(arn);
      for (const host of [...listener.hosts.keys()]) await this.closeHost(listener, host);
    }
    this.description = description;
  }

  private followGroups(description: EdgeDescription): void {
    for (const settings of description.groups) {
      const known = this.groups.get(settings.arn);
      const group = known ?? new TargetGroup(settings, this.log);
      group.change(settings);
      this.groups.set(settings.arn, group);
      group.setTargets(ATTACHED, description.attachments.get(settings.arn) ?? []);
      for (const [owner, targets] of this.waiting.get(settings.arn) ?? []) group.setTargets(owner, targets);
      this.waiting.delete(settings.arn);
    }
    for (const [arn, group] of this.groups) {
      if (description.groups.some((settings) => settings.arn === arn)) continue;
      group.close();
      this.groups.delete(arn);
    }
  }

  private async closeHost(listener: Listener, host: string): Promise<void> {
    this.ports.release(purpose(listener.settings.arn, host));
    await listener.close(host);
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
    const open = this.listeners.get(listenerArn)?.hosts.get(host);
    return open === undefined ? undefined : `http://127.0.0.1:${open.port}`;
  }

  private *counts(): Generator<{ group: string; health: string; count: number }> {
    for (const group of this.groups.values())
      for (const health of ["initial", "healthy", "unhealthy", "draining"])
        yield {
          group: group.settings.name,
          health,
          count: group.list().filter((one) => one.health === health).length,
        };
  }
}

const purpose = (listenerArn: string, host: string): string => `listener/${listenerArn}/${host}`;
