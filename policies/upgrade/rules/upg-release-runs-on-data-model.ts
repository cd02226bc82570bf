import { type Properties, resourceRule } from "../../frame/rule";
import { UPGRADE } from "../facts";

const runsOn = (model: Properties | undefined, version: unknown): boolean =>
  typeof version === "number" && model?.runsOn?.oldest <= version && version <= model?.runsOn?.newest;

export const upgReleaseRunsOnDataModel = resourceRule({
  name: "upg-release-runs-on-data-model",
  title: "Each release can run on the data it finds, before and after the switch, in both directions.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation:
    "Give the new data model a schema of its own, or introduce a release between that runs on both versions.",
  exemptible: false,
  types: [UPGRADE],
  check({ props }, findings) {
    const { current, next, dataModels, phase } = props;
    const models = [current, next]
      .filter((version): version is string => typeof version === "string")
      .map((version) => ({ version, model: dataModels?.[version] as Properties | undefined }));
    for (const { version, model } of models)
      findings.part(() => {
        if (!runsOn(model, model?.version))
          findings.report(
            `Release ${version} does not say that it runs on its own data model.`,
            `dataModels.${version}`,
          );
      });
    findings.part(() => {
      const [old, fresh] = models;
      if (old?.model === undefined || fresh?.model === undefined || phase === "complete") return;
      if (old.model.schema !== fresh.model.schema) return;
      if (!runsOn(old.model, fresh.model.version))
        findings.report(
          `Both models are schema ${old.model.schema}, and ${old.version} cannot run on version ${fresh.model.version}: there would be no way back.`,
          "dataModels",
        );
    });
  },
});
