import { confirmationOf } from "../../infra/phases";
import { type Consent, confirmByName, isInteractive, terminalQuestion } from "../change/confirmation";
import { forbids, operatorNames } from "../change/permission";
import { policyText } from "../check/report";
import { lossText, plannedLosses } from "../check/stateful";
import type { Context } from "../commands/context";
import { TurnedFiles } from "../forecast/turns";
import type { Turn } from "../path";
import { Refusal } from "../refusal";
import { readDial, turnDial } from "../stack/dial";
import { freezesOf, rawParameter, readParameters } from "../stack/parameters";
import { irreversibleSteps, manifestsOf } from "../stack/releases";
import { nameOf } from "./names";
import type { RunOptions } from "./options";

/** Everything that has to be settled before a turn is made. Throws a Refusal; the dial has not moved then. */
export async function guard(
  context: Context,
  turn: Turn,
  options: RunOptions,
  consent: Consent,
  before?: Turn,
): Promise<void> {
  refuseAtWrongTime(context, turn);
  await confirmIrreversible(context, turn, consent);
  // From one share of customers to the next only weights change, which the preview of the first has shown.
  if (before?.phase !== turn.phase && wantsPreview(context, options))
    await previewFirst(context, turn, consent);
}

/** Windows, freezes and roles. The packs judge them again, with the cloud's own word for who is at work. */
function refuseAtWrongTime({ project }: Context, turn: Turn): void {
  const production = rawParameter(project, "environment") === "production";
  // The schema takes a while to load; without a word about changes there is nothing to ask it.
  if (!production && rawParameter(project, "change") === undefined) return;
  const parameters = readParameters(project);
  const problems = forbids(parameters, freezesOf(project, parameters), turn, new Date(), operatorNames());
  if (problems.length > 0)
    throw new Refusal(`${nameOf(turn)} may not be entered now:\n  ${problems.join("\n  ")}`);
}

async function confirmIrreversible({ project }: Context, turn: Turn, consent: Consent): Promise<void> {
  const { next, confirm } = readDial(project);
  if (turn.phase !== "complete" || next === undefined) return;
  const name = confirmationOf(next);
  if (confirm.includes(name)) return;
  const what = irreversibleSteps(manifestsOf(project, readParameters(project)), next, "complete");
  await confirmByName(
    name,
    what.length > 0 ? what : ["The old data model is archived and removed."],
    consent,
    terminalQuestion(),
  );
  turnDial(project, { confirm: [...confirm, name] });
}

const wantsPreview = ({ project }: Context, { preview = "auto" }: RunOptions): boolean =>
  preview === "always" ||
  (preview === "auto" && (isInteractive() || rawParameter(project, "environment") === "production"));

/** Shows what the update would do, and stops at what would lose data and at what the packs forbid. */
async function previewFirst(
  { project, operations, console }: Context,
  turn: Turn,
  consent: Consent,
): Promise<void> {
  const files = new TurnedFiles(project);
  try {
    console.line(`\npreview of ${nameOf(turn)}`);
    const preview = await operations.preview(files.at(turn));
    const losses = plannedLosses(preview.steps, readDial(project).confirm);
    const problems = [
      ...preview.errors,
      ...preview.violations.filter(({ mandatory }) => mandatory).map(policyText),
      ...losses.filter(({ confirmed }) => !confirmed).map(lossText),
    ];
    if (problems.length > 0)
      throw new Refusal(
        `${nameOf(turn)} is refused; nothing was changed:\n  ${[...new Set(problems)].join("\n  ")}`,
      );
    const counts = new Map<string, number>();
    for (const { operation } of preview.steps) counts.set(operation, (counts.get(operation) ?? 0) + 1);
    console.line(
      `  ${
        [...counts]
          .filter(([operation]) => !["same", "read"].includes(operation))
          .map(([operation, count]) => `${count} ${operation}`)
          .join(", ") || "no change"
      }`,
    );
    const ask = consent.yes ? undefined : terminalQuestion();
    if (ask !== undefined && !/^y(es)?$/i.test((await ask(`Enter ${nameOf(turn)}? [y/N] `)).trim()))
      throw new Refusal("Nothing was changed.");
  } finally {
    files.remove();
  }
}
