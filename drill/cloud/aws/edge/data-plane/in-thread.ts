import type { Configuration, GroupConfiguration, RegisteredTarget } from "./configuration";
import type { DataPlane, DataPlaneEvents, GroupReport, MetricsText } from "./data-plane";
import { Listener } from "./listener";
import { EdgeMetrics } from "./metrics";
import { TargetGroup } from "./target-group";

/** The data plane itself, in the thread that makes it. */
export class InThreadDataPlane implements DataPlane {
  private readonly groups = new Map<string, TargetGroup>();
  private readonly listeners = new Map<string, Listener>();
  private readonly cuts = new Set<string>();
  private readonly figures = new EdgeMetrics(() => this.counts());

  constructor(private readonly events: Pick<DataPlaneEvents, "health" | "log">) {}

  async configure({ listeners, groups }: Configuration): Promise<void> {
    for (const group of groups) this.configureGroup(group);
    for (const { settings } of listeners) {
      const known = this.listeners.get(settings.arn);
      if (known === undefined) this.listeners.set(settings.arn, this.newListener(settings));
      else known.change(settings);
    }
    const closed: Promise<void>[] = [];
    for (const [arn, listener] of this.listeners) {
      const hosts = listeners.find(({ settings }) => settings.arn === arn)?.hosts;
      for (const host of listener.hosts)
        if (hosts === undefined || !hosts.includes(host)) closed.push(listener.close(host));
      if (hosts === undefined) this.listeners.delete(arn);
    }
    for (const [arn, group] of this.groups) {
      if (groups.some(({ settings }) => settings.arn === arn)) continue;
      group.setTargets([]);
      this.groups.delete(arn);
    }
    await Promise.all(closed);
  }

  async open(listenerArn: string, host: string, port: number): Promise<void> {
    const listener = this.listeners.get(listenerArn);
    if (listener === undefined) throw new Error(`there is no listener ${listenerArn}`);
    await listener.open(host, port);
  }

  setTargets(groupArn: string, targets: readonly RegisteredTarget[]): void {
    this.groups.get(groupArn)?.setTargets(targets);
  }

  async setCut(groupArn: string, cut: boolean): Promise<void> {
    if (cut) this.cuts.add(groupArn);
    else this.cuts.delete(groupArn);
  }

  async report(): Promise<GroupReport[]> {
    return [...this.groups.values()].map((group) => ({
      arn: group.settings.arn,
      name: group.settings.name,
      ...this.figures.of(group.settings.name),
      targets: group
        .list()
        .map(({ id, host, port, health, inFlight }) => ({ id, host, port, health, inFlight })),
    }));
  }

  async metrics(): Promise<MetricsText> {
    const { registry } = this.figures;
    return { type: registry.contentType, body: await registry.metrics() };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.listeners.values()].map((listener) => listener.closeAll()));
    await Promise.all([...this.groups.values()].map((group) => group.destroy()));
  }

  private configureGroup({ settings, targets }: GroupConfiguration): void {
    const { arn } = settings;
    const known = this.groups.get(arn);
    const group =
      known ??
      new TargetGroup(settings, {
        log: this.events.log,
        health: (registration, health) => this.events.health(arn, registration, health),
      });
    group.change(settings);
    this.groups.set(arn, group);
    group.setTargets(targets);
  }

  private newListener(settings: Configuration["listeners"][number]["settings"]): Listener {
    return new Listener(settings, {
      group: (arn) => this.groups.get(arn),
      metrics: this.figures,
      isCut: (arn) => this.cuts.has(arn),
    });
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
