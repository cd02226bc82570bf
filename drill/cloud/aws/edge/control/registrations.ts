import type { Target, TargetHealth } from "../../../ports";
import type { GroupSettings, RegisteredTarget } from "../data-plane/configuration";

interface Registered extends RegisteredTarget {
  health: TargetHealth;
}

interface Group {
  /** undefined: registered before the group was there, and kept for it. */
  settings: GroupSettings | undefined;
  readonly owners: Map<string, readonly Target[]>;
  /** By what tells targets apart. */
  readonly targets: Map<string, Registered>;
}

/** Who registered which targets with which group, and how each was when the data plane last told. */
export class Registrations {
  private readonly groups = new Map<string, Group>();
  private last = 0;

  /** The groups there are from now on; those missing forget their targets. */
  setGroups(groups: readonly GroupSettings[]): void {
    for (const settings of groups) this.groupOf(settings.arn).settings = settings;
    for (const [arn, { settings }] of this.groups)
      if (settings !== undefined && !groups.includes(settings)) this.groups.delete(arn);
  }

  /** Answers all targets of the group; those not seen before are `initial`. */
  setTargets(groupArn: string, owner: string, targets: readonly Target[]): readonly RegisteredTarget[] {
    const group = this.groupOf(groupArn);
    if (targets.length === 0) group.owners.delete(owner);
    else group.owners.set(owner, targets);
    const wanted = new Map([...group.owners.values()].flat().map((target) => [keyOf(target), target]));
    for (const key of group.targets.keys()) if (!wanted.has(key)) group.targets.delete(key);
    for (const [key, target] of wanted)
      if (!group.targets.has(key))
        group.targets.set(key, { ...target, registration: ++this.last, health: "initial" });
    return this.targets(groupArn);
  }

  targets(groupArn: string): readonly RegisteredTarget[] {
    return [...(this.groups.get(groupArn)?.targets.values() ?? [])].map(({ health: _, ...target }) => target);
  }

  /** What comes too late, of a target that was taken out since, is passed over. */
  setHealth(groupArn: string, registration: number, health: TargetHealth): void {
    const targets = this.groups.get(groupArn)?.targets.values() ?? [];
    for (const target of targets) if (target.registration === registration) target.health = health;
  }

  /** By target id. Empty as long as there is no such group. */
  health(groupArn: string): ReadonlyMap<string, TargetHealth> {
    const group = this.groups.get(groupArn);
    const known = group?.settings === undefined ? [] : [...group.targets.values()];
    return new Map(known.map(({ id, health }) => [id, health]));
  }

  arnsOf(name: string): string[] {
    return [...this.groups].filter(([, { settings }]) => settings?.name === name).map(([arn]) => arn);
  }

  private groupOf(arn: string): Group {
    const known = this.groups.get(arn);
    if (known !== undefined) return known;
    const group: Group = { settings: undefined, owners: new Map(), targets: new Map() };
    this.groups.set(arn, group);
    return group;
  }
}

const keyOf = ({ id, host, port }: Target): string => `${id}|${host}|${port}`;
