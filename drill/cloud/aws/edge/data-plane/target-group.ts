import { Pool } from "undici";
import type { Log, TargetHealth } from "../../../ports";
import type { GroupSettings, RegisteredTarget } from "./configuration";
import { watchHealth } from "./health-check";

export interface GroupEvents {
  readonly log: Log;
  /** Told of every change of a target's health, but not that it drains. */
  readonly health: (registration: number, health: TargetHealth) => void;
}

/** A target while it belongs to a group, and while it drains. */
export interface Member extends RegisteredTarget {
  readonly pool: Pool;
  readonly since: number;
  health: TargetHealth;
  healthySince: number;
  inFlight: number;
  stopWatching: () => void;
}

const CONNECT_SECONDS = 3;
const IDLE_SECONDS = 60;

/** The targets of one group: how they are, and whose turn it is. */
export class TargetGroup {
  /** By registration. */
  private readonly members = new Map<number, Member>();
  private readonly draining = new Set<Member>();
  private turn = 0;

  constructor(
    private current: GroupSettings,
    private readonly events: GroupEvents,
  ) {}

  get settings(): GroupSettings {
    return this.current;
  }

  /** New settings; health checks start over only when they changed. */
  change(settings: GroupSettings): void {
    const before = this.current;
    this.current = settings;
    if (JSON.stringify(before.healthCheck) === JSON.stringify(settings.healthCheck)) return;
    for (const member of this.members.values()) {
      member.stopWatching();
      member.stopWatching = this.watch(member);
    }
  }

  /** All targets from now on: those missing drain. */
  setTargets(targets: readonly RegisteredTarget[]): void {
    const wanted = new Set(targets.map(({ registration }) => registration));
    for (const member of this.members.values()) if (!wanted.has(member.registration)) this.drain(member);
    for (const target of targets) if (!this.members.has(target.registration)) this.admit(target);
  }

  list(): readonly Member[] {
    return [...this.members.values(), ...this.draining];
  }

  /** The next target, other than those tried already. When none is healthy, all are tried, as AWS does. */
  choose(tried: ReadonlySet<Member>): Member | undefined {
    const all = [...this.members.values()].filter((member) => !tried.has(member));
    const healthy = all.filter(({ health }) => health === "healthy");
    const candidates = healthy.length > 0 ? healthy : all;
    if (candidates.length <= 1) return candidates[0];
    if (this.current.algorithm === "least_outstanding_requests") return this.leastBusy(candidates);
    for (let attempt = 0; attempt < candidates.length; attempt++) {
      const member = candidates[this.turn++ % candidates.length] as Member;
      if (Math.random() < this.share(member)) return member;
    }
    return candidates[this.turn++ % candidates.length];
  }

  async destroy(): Promise<void> {
    const all = [...this.members.values(), ...this.draining];
    for (const member of all) member.stopWatching();
    this.members.clear();
    this.draining.clear();
    await Promise.all(all.map(({ pool }) => pool.destroy()));
  }

  /** Among equals they take turns. */
  private leastBusy(candidates: readonly Member[]): Member | undefined {
    const least = Math.min(...candidates.map(({ inFlight }) => inFlight));
    const idle = candidates.filter(({ inFlight }) => inFlight === least);
    return idle[this.turn++ % idle.length];
  }

  /** While a target starts slowly it gets a growing share of its turns. */
  private share({ healthySince }: Member): number {
    const ramp = this.current.slowStartSeconds * 1000;
    if (ramp === 0) return 1;
    return Math.min(1, 0.1 + (Date.now() - healthySince) / ramp);
  }

  private admit(target: RegisteredTarget): void {
    const pool = new Pool(`http://${target.host}:${target.port}`, {
      pipelining: 1,
      connect: { timeout: CONNECT_SECONDS * 1000 },
      headersTimeout: IDLE_SECONDS * 1000,
      bodyTimeout: IDLE_SECONDS * 1000,
      // Well below what servers keep, so that none closes a connection while a request is on its way.
      keepAliveTimeout: 2000,
      keepAliveMaxTimeout: 60_000,
      keepAliveTimeoutThreshold: 1500,
    });
    const member: Member = {
      ...target,
      pool,
      since: Date.now(),
      health: "initial",
      healthySince: 0,
      inFlight: 0,
      stopWatching: () => {},
    };
    this.members.set(target.registration, member);
    member.stopWatching = this.watch(member);
  }

  private watch(member: Member): () => void {
    return watchHealth(member, this.current.healthCheck, (health, reason) => {
      if (health === member.health) return;
      if (health === "healthy") member.healthySince = Date.now();
      member.health = health;
      this.events.health(member.registration, health);
      this.events.log("target health changed", {
        group: this.current.name,
        target: member.id,
        health,
        reason,
      });
    });
  }

  /** No new request; those under way finish, for as long as the deregistration delay. */
  private drain(member: Member): void {
    this.members.delete(member.registration);
    member.stopWatching();
    member.health = "draining";
    this.draining.add(member);
    const cut = setTimeout(() => void member.pool.destroy(), this.current.deregistrationSeconds * 1000);
    cut.unref();
    void member.pool
      .close()
      .catch(() => {})
      .then(() => {
        clearTimeout(cut);
        this.draining.delete(member);
      });
  }
}
