import type { CommandReport } from "./operator";
import type { DrillOptions } from "./options";
import type { Site } from "./site";

/** One step of a drill, in the order a real upgrade has. */
export interface Stage {
  readonly name: string;
  readonly title: string;
  /** What came of it; kept, so that a continued drill need not do it again. Throws a StageFailed when the drill cannot go on. */
  run(site: Site): Promise<unknown>;
}

/** A stage that did not hold. Its message is for a person. */
export class StageFailed extends Error {
  constructor(
    message: string,
    readonly report?: CommandReport,
  ) {
    super(message);
    this.stack = "";
  }
}

/** Somebody pressed Ctrl-C. */
export class Interrupted extends StageFailed {}

/** Requests answered before the upgrade begins: enough for figures to compare with. */
const WARM_UP = 100;

const turn = (name: string, title: string, ...command: readonly string[]): Stage => ({
  name,
  title,
  async run(site) {
    const report = await site.operator.type(...command);
    if (report.exitCode !== 0) {
      const problems = [...(report.phases.at(-1)?.problems ?? []), ...(report.problems ?? [])];
      throw new StageFailed(
        problems.join("\n") || `order-upgrade ${command.join(" ")} ended with ${report.exitCode}`,
        report,
      );
    }
    return report;
  },
});

const toPhase = (phase: string, title: string): Stage => turn(phase, title, "run", "--to", phase);

const LIVE_AGAIN = turn(
  "live-again",
  "customers on the new release again",
  "run",
  "--to",
  "live",
  "--canary",
  "100",
);

/** The way back after business ran on the new release, proved under load. */
const WAYS_BACK: Readonly<Record<DrillOptions["strategy"], readonly Stage[]>> = {
  "blue-green": [turn("back", "the way back, under load", "rollback"), LIVE_AGAIN],
  // One step at a time, because each does something else: stop business, remove a release, resume with the old one, clear up.
  maintenance: [
    turn("back-from-live", "the way back, under load: business stopped again", "rollback"),
    turn("back-from-staged", "new release gone", "run", "--to", "migrated"),
    turn("back-from-migrated", "business resumed on the old release", "run", "--to", "prepared"),
    turn("back-from-prepared", "new data model and synchronisation gone", "abort"),
    turn("prepared-again", "begin anew: pre-check, back up, restore and compare", "run", "--to", "prepared"),
    LIVE_AGAIN,
  ],
};

/** A whole upgrade, with the way back proved under load on the way. */
export const stagesOf = (strategy: DrillOptions["strategy"]): readonly Stage[] => [
  toPhase("steady", "deploy the release in use"),
  { name: "generate", title: "fill its data model with a shop's history", run: (site) => site.fill() },
  { name: "traffic", title: "let customers in", run: (site) => site.letCustomersIn(WARM_UP) },
  toPhase("prepared", "pre-check, back up, restore and compare"),
  toPhase("migrated", "new data model beside the old, synchronised both ways"),
  toPhase("staged", "new release without customers, verified"),
  toPhase("live", "customers on the new release"),
  ...WAYS_BACK[strategy],
  toPhase("complete", "old release and old data model gone"),
];
