import type { Registered } from "../../infra/mocked";
import { awsBreaks } from "./breaks/aws";
import type { Break } from "./breaks/break";
import { kubernetesBreaks } from "./breaks/kubernetes";
import { upgradeBreaks } from "./breaks/upgrade";
import { judgedAlone, judgedTogether, type Verdict } from "./judge";
import { type Mutant, mutantsOf } from "./mutate";

export const BREAKS: readonly Break[] = [...awsBreaks, ...kubernetesBreaks, ...upgradeBreaks];

/** The stack's resources by position of the dial. */
export type Phases = ReadonlyMap<string, readonly Registered[]>;

export interface Judged {
  readonly mutant: Mutant;
  /** Names of rules that noticed; empty: the mutant survived. */
  readonly caught: readonly string[];
}

/** Breaks every safe setting of every resource once, in the first position of the dial in which the resource looks like this. */
export function allMutants(phases: Phases): Mutant[] {
  const seen = new Set<string>();
  return [...phases].flatMap(([phase, resources]) =>
    resources.flatMap((subject) => {
      const looks = `${subject.type} ${subject.name} ${JSON.stringify(subject.inputs)}`;
      const first = !seen.has(looks);
      seen.add(looks);
      return BREAKS.filter(
        (one) =>
          one.types.test(subject.type) &&
          (one.phase === undefined ? first : one.phase === phase) &&
          (one.of === undefined || one.of(subject)),
      ).flatMap((one) => mutantsOf(one, phase, subject));
    }),
  );
}

/** Asks both packs about every mutant. What they say about the sound stack does not count. */
export function judgeAll(phases: Phases, mutants: readonly Mutant[]): Judged[] {
  const sound = new Map([...phases].map(([phase, all]) => [phase, keysOf(judgedTogether(all))]));
  return mutants.map((mutant) => {
    const { phase, subject, broken } = mutant;
    const alone = broken === undefined ? [] : fresh(judgedAlone(broken), keysOf(judgedAlone(subject)));
    if (alone.length > 0) return { mutant, caught: alone };
    const all = (phases.get(phase) ?? []).flatMap((one) => (one === subject ? (broken ?? []) : one));
    return { mutant, caught: fresh(judgedTogether(all), sound.get(phase) ?? new Set()) };
  });
}

/** What the packs say about the stack as it is: nothing. */
export const soundVerdicts = (phases: Phases): string[] =>
  [...phases].flatMap(([phase, all]) =>
    [...all.flatMap(judgedAlone), ...judgedTogether(all)].map(
      ({ rule, message }) => `${phase}: ${rule}: ${message}`,
    ),
  );

const keyOf = ({ rule, message }: Verdict): string => `${rule} ${message}`;
const keysOf = (verdicts: readonly Verdict[]): Set<string> => new Set(verdicts.map(keyOf));
const fresh = (verdicts: readonly Verdict[], before: ReadonlySet<string>): string[] => [
  ...new Set(verdicts.filter((one) => !before.has(keyOf(one))).map(({ rule }) => rule)),
];

export interface Summary {
  readonly mutants: number;
  readonly covered: number;
  readonly caught: number;
  readonly share: number;
  /** Covered and not caught: gaps of the packs. */
  readonly survivors: readonly Mutant[];
  /** Not covered by the catalogue, with the reason. */
  readonly uncovered: readonly Mutant[];
  readonly byRule: Readonly<Record<string, number>>;
}

export function summarise(judged: readonly Judged[]): Summary {
  const covered = judged.filter(({ mutant }) => mutant.uncovered === undefined);
  const caught = covered.filter((one) => one.caught.length > 0);
  const byRule: Record<string, number> = {};
  for (const rule of judged.flatMap((one) => one.caught)) byRule[rule] = (byRule[rule] ?? 0) + 1;
  return {
    mutants: judged.length,
    covered: covered.length,
    caught: caught.length,
    share: caught.length / covered.length,
    survivors: covered.filter((one) => one.caught.length === 0).map(({ mutant }) => mutant),
    uncovered: judged
      .filter(({ mutant, caught: by }) => mutant.uncovered !== undefined && by.length === 0)
      .map(({ mutant }) => mutant),
    byRule,
  };
}
