import type { Step } from "../frame/result";
import { conclude } from "../frame/result";
import { releasesOf } from "../migrate/releases";
import { readSettings } from "../migrate/settings";
import { revertAll } from "./revert";

/** Synchronisation and the new model are removed, the old model is whole. */
export const revert: Step = async (context) => {
  const { from, to } = releasesOf(context);
  const settings = readSettings(context.parameters.migration);
  const result = await revertAll({
    database: context.database,
    oldSchema: from.dataModel.schema,
    newSchema: to.dataModel.schema,
    patience: { lockTimeout: settings.lockTimeout * 1000, signal: context.signal },
    say: context.progress.say,
  });
  return conclude({
    checks: [
      { name: "no-write-lost", holds: result.lost === 0, value: result.lost, limit: 0 },
      { name: "synchronisation-removed", holds: true, value: result.triggersRemoved },
      { name: "new-model-removed", holds: true, value: result.newModelRemoved },
    ],
    passed: `${from.version} stands alone again: synchronisation and the model of ${to.version} are removed`,
    failed: `${to.version} cannot be removed`,
    figures: { triggersRemoved: result.triggersRemoved, newModelRemoved: result.newModelRemoved },
  });
};
