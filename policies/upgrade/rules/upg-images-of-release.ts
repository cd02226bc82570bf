import type { PolicyResource } from "@pulumi/policy";
import { type Properties, stackRule } from "../../frame/rule";
import { upgradeIn } from "../facts";
import { deployments, elements, isJob, releaseOf } from "../relations";

const podOf = ({ type, props }: PolicyResource): Properties | undefined =>
  type.includes("CronJob") ? props.spec?.jobTemplate?.spec?.template?.spec : props.spec?.template?.spec;

const imagesOf = (resource: PolicyResource): string[] => {
  const spec = podOf(resource);
  return [...elements(spec?.initContainers), ...elements(spec?.containers)].map(({ image }) => String(image));
};

const isScheduled = (type: string): boolean => /^kubernetes:batch\/v1:CronJob(Patch)?$/.test(type);

export const upgImagesOfRelease = stackRule({
  name: "upg-images-of-release",
  title: "What runs as a release is what its signed manifest names, byte for byte.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation: "Take the image by digest from the release's manifest.",
  exemptible: false,
  check(resources, findings) {
    const facts = upgradeIn(resources);
    if (facts === undefined) return;
    const known = (list: Properties | undefined): unknown[] =>
      list === undefined ? [] : Object.keys(list).map((name) => list[name]);
    findings.each(deployments(resources), (one) => {
      const release = releaseOf(one);
      if (release === undefined) return;
      const allowed = known(facts.images?.[release]);
      for (const image of imagesOf(one)) {
        if (!allowed.includes(image))
          findings.blame(
            one,
            `Runs an image that the manifest of ${release} does not name.`,
            "spec.template.spec",
          );
      }
    });
    findings.each(
      resources.filter(({ type }) => isJob(type) || isScheduled(type)),
      (one) => {
        const allowed = known(facts.tools).flatMap((tools) => known(tools as Properties));
        for (const image of imagesOf(one)) {
          if (!allowed.includes(image))
            findings.blame(
              one,
              "Runs an image that no release's manifest names as a tool.",
              "spec.template.spec",
            );
        }
      },
    );
  },
});
