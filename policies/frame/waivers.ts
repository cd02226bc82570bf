import { existsSync, readFileSync } from "node:fs";
import { readWaiverFile, type Waiver, type WaiverProblem } from "./waiver-file";

const DAY = 86_400_000;
/** A waiver lives at most this long; what must last longer is a change of the rule. */
const LONGEST_DAYS = 90;

/** Comments, and a list without entries. */
const NO_WAIVERS = /^(\s*#.*\n|\s*\n)*waivers:[ \t]*\[[ \t]*\]\s*(#.*\s*)*$/;

/** The waivers of a pack, and which of them were used in this run. */
export class Waivers {
  private readonly used = new Set<Waiver>();

  private constructor(
    private readonly inForce: readonly { readonly waiver: Waiver; readonly place: string }[],
    readonly problems: readonly WaiverProblem[],
    private readonly now: Date,
  ) {}

  /**
   * Reads the file; never throws: what is wrong becomes a problem, and the waiver concerned does not count.
   * @param rules tells the names of all rules of all packs
   */
  static read(file: string, stack: string, rules: () => ReadonlySet<string>, now: Date): Waivers {
    if (!existsSync(file)) return new Waivers([], [], now);
    const text = readFileSync(file, "utf8");
    // Most runs have none: what reads and checks entries is loaded when there is one.
    if (NO_WAIVERS.test(text)) return new Waivers([], [], now);
    const { entries, problems } = readWaiverFile(text, file);
    const inForce: { waiver: Waiver; place: string }[] = [];
    const known = rules();
    for (const { waiver, place } of entries) {
      const wrong = faultsOf(waiver, known, now);
      problems.push(...wrong.map((message) => ({ place, message })));
      if (wrong.length === 0 && waiver.stacks.includes(stack)) inForce.push({ waiver, place });
    }
    return new Waivers(inForce, problems, now);
  }

  /** The waiver that lifts a violation, if there is one; it counts as used from now on. */
  lift(
    rule: string,
    resource: { readonly urn: string | undefined; readonly name: string | undefined },
  ): Waiver | undefined {
    const hit = this.inForce.find(
      ({ waiver }) =>
        waiver.rule === rule && (waiver.resource === resource.urn || waiver.resource === resource.name),
    );
    if (hit !== undefined) this.used.add(hit.waiver);
    return hit?.waiver;
  }

  /** Waivers that lifted something in this run, with the days they still hold. */
  inUse(): readonly { readonly waiver: Waiver; readonly daysLeft: number }[] {
    return [...this.used].map((waiver) => ({
      waiver,
      daysLeft: daysBetween(this.now, endOf(waiver.expires)),
    }));
  }

  /** Waivers for rules of this pack that lifted nothing: they must go. */
  unused(rules: ReadonlySet<string>): readonly WaiverProblem[] {
    return this.inForce
      .filter(({ waiver }) => rules.has(waiver.rule) && !this.used.has(waiver))
      .map(({ waiver, place }) => ({
        place,
        message: `waives ${waiver.rule} on "${waiver.resource}", which does not break it; remove the waiver`,
      }));
  }
}

function faultsOf(waiver: Waiver, rules: ReadonlySet<string>, now: Date): string[] {
  const faults: string[] = [];
  if (!rules.has(waiver.rule))
    faults.push(`rule "${waiver.rule}" is unknown; docs/policies.md lists the names`);
  if (waiver.owner === waiver.approver)
    faults.push(`owner and approver are both "${waiver.owner}"; somebody else must approve`);
  if (daysBetween(new Date(waiver.granted), new Date(waiver.expires)) > LONGEST_DAYS) {
    faults.push(
      `holds from ${waiver.granted} to ${waiver.expires}; at most ${LONGEST_DAYS} days are allowed`,
    );
  }
  if (new Date(waiver.granted).getTime() > now.getTime())
    faults.push(`is granted on ${waiver.granted}, which is in the future`);
  if (endOf(waiver.expires).getTime() <= now.getTime())
    faults.push(`expired on ${waiver.expires}; repair the resource or ask for a new waiver`);
  return faults;
}

const endOf = (date: string): Date => new Date(new Date(date).getTime() + DAY);
const daysBetween = (from: Date, to: Date): number => Math.floor((to.getTime() - from.getTime()) / DAY);
