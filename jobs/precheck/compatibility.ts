import type { Manifest } from "../../releases/manifest";
import type { Check } from "../frame/result";

/** Whether one release can be introduced beside the other, and what that means for the way back (D2). */
export function checkCompatibility(current: Manifest, next: Manifest): Check[] {
  const runsOn = (release: Manifest, model: number): boolean =>
    release.dataModel.runsOn.oldest <= model && model <= release.dataModel.runsOn.newest;
  const sameSchema = current.dataModel.schema === next.dataModel.schema;
  const models = `${current.version} uses model ${current.dataModel.version} (${current.dataModel.schema}), ${next.version} model ${next.dataModel.version} (${next.dataModel.schema})`;
  const shared = sameSchema && current.dataModel.version !== next.dataModel.version;
  return [
    {
      name: "upgrade-path",
      holds: next.upgradeFrom.includes(current.version),
      value: current.version,
      limit: next.upgradeFrom,
      detail: `${next.version} can be introduced beside ${next.upgradeFrom.join(", ") || "no release"}; go by way of one of these`,
    },
    {
      name: "data-model-forward",
      holds: next.dataModel.version >= current.dataModel.version && runsOn(next, next.dataModel.version),
      value: next.dataModel.version,
      limit: current.dataModel.version,
      detail: `${models}; a release never goes back to an older model and must run on its own`,
    },
    {
      name: "data-model-way-back",
      holds: !shared || runsOn(current, next.dataModel.version),
      value: sameSchema ? "one schema" : "two schemas",
      limit: current.dataModel.runsOn,
      detail: shared
        ? `${models} in one schema; ${current.version} could not run on it any more, so there would be no way back: give the new model a schema of its own`
        : `${models}; until the old model is removed the way back is open`,
    },
  ];
}
