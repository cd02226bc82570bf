import { Pool } from "undici";
import type { Log, Target, TargetHealth } from "../../ports";
import { type HealthCheck, watchHealth } from "./health-check";

export interface GroupSettings {
  readonly arn: string;
  readonly name: string;
  readonly healthCheck: HealthCheck;
  readonly slowStartSeconds: number;
  readonly deregistrationSeconds: number;
  readonly algorithm: "round_robin" | "least_outstanding_requests" | "weighted_random";
}

/** A target while it belongs to a group, and while it drains. */
export interface Member extends Target {
  readonly pool: Pool;
  readonly since: number;
  health: TargetHealth;
  healthySince: number;
  inFlight: number;
  stopWatching: () => void;
}

const CONNECT_SECONDS = 3;
const IDLE_SECONDS = 60;

/** The targets of one group: who registered them, how they are, and whose turn it is. */
export class TargetGroup {
  private readonly owners = new Map<string, readonly Target[]>();
  private readonly members = new Map<string, Member>();
  private readonly draining = new Set<Member>();
  private turn = 0;

  constructor(
    private current: GroupSettings,
    private readonly log: Log,
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

  setTargets(owner: string, targets: readonly Target[]): void {
    if (targets.length === 0) this.owners.delete(owner);
    else this.owners.set(owner, targets);
    const wanted = new Map([...this.owners.values()].flat().map((target) => [keyOf(target), target]));
    for (const [key, member] of this.members) if (!wanted.has(key)) this.drain(key, member);
    for (const [key, target] of wanted) if (!this.members.has(key)) this.admit(key, target);
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

  close(): void {
    for (const [key, member] of this.members) this.drain(key, member);
    this.owners.clear();
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

  private admit(key: string, target: Target): void {
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
    this.members.set(key, member);
    member.stopWatching = this.watch(member);
  }

  private watch(member: Member): () => void {
    return watchHealth(member, this.current.healthCheck, (health, reason) => {
      if (health === member.health) return;
      if (health === "healthy") member.healthySince = Date.now();
      member.health = health;
      this.log("target health changed", { group: this.current.name, target: member.id, health, reason });
    });
  }

  /** No new request; those under way finish, for as long as the deregistration delay. */
  private drain(key: string, member: Member): void {
    this.members.delete(key);
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

const keyOf = ({ id, host, port }: Target): string => `${id}|${host}|${port}`;
