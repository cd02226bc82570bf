import { existsSync, readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";

const DAY = 86_400_000;
/** A waiver lives at most this long; what must last longer is a change of the rule. */
const LONGEST_DAYS = 90;

const waiverSchema = z.strictObject({
  rule: z.string().min(1),
  /** Exact URN or exact name of the resource; no pattern. */
  resource: z
    .string()
    .min(1)
    .refine((text) => !/[*?]/.test(text), "must be one exact URN or name, not a pattern"),
  /** Stacks it holds in. */
  stacks: z.array(z.string()).min(1),
  reason: z.string().min(20, "must say why in at least 20 characters"),
  owner: z.string().min(1),
  approver: z.string().min(1),
  granted: z.iso.date(),
  /** Last day it holds. */
  expires: z.iso.date(),
});

export type Waiver = z.output<typeof waiverSchema>;

/** A waiver that is not in order, with its place in the file. */
export interface WaiverProblem {
  readonly place: string;
  readonly message: string;
}

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
   * @param rules names of all rules of all packs
   */
  static read(file: string, stack: string, rules: ReadonlySet<string>, now: Date): Waivers {
    if (!existsSync(file)) return new Waivers([], [], now);
    const lines = new LineCounter();
    const document = parseDocument(readFileSync(file, "utf8"), { lineCounter: lines });
    const [broken] = document.errors;
    if (broken !== undefined) {
      return new Waivers(
        [],
        [
          {
            place: `${file}:${lines.linePos(broken.pos[0]).line}`,
            message: broken.message.split("\n")[0] ?? "",
          },
        ],
        now,
      );
    }
    const list: unknown = document.toJS()?.waivers ?? [];
    if (!Array.isArray(list))
      return new Waivers([], [{ place: file, message: '"waivers" must be a list' }], now);
    const problems: WaiverProblem[] = [];
    const inForce: { waiver: Waiver; place: string }[] = [];
    list.forEach((entry: unknown, index) => {
      const node = document.getIn(["waivers", index], true) as
        | { range?: [number, number, number] }
        | undefined;
      const place = `${file}:${node?.range === undefined ? 1 : lines.linePos(node.range[0]).line}`;
      const parsed = waiverSchema.safeParse(entry);
      if (!parsed.success) {
        problems.push(
          ...parsed.error.issues.map((issue) => ({
            place,
            message: `${issue.path.join(".") || "waiver"}: ${issue.message}`,
          })),
        );
        return;
      }
      const wrong = faultsOf(parsed.data, rules, now);
      problems.push(...wrong.map((message) => ({ place, message })));
      if (wrong.length === 0 && parsed.data.stacks.includes(stack))
        inForce.push({ waiver: parsed.data, place });
    });
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
