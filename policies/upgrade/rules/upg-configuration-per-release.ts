import type { PolicyResource } from "@pulumi/policy";
import { type Properties, stackRule } from "../../frame/rule";
import { deployments, elements, releaseOf } from "../relations";

/** Names of the ConfigMaps and Secrets that a Deployment's containers and volumes read. */
function readBy({ props }: PolicyResource): string[] {
  const spec: Properties | undefined = props.spec?.template?.spec;
  const containers = [...elements(spec?.initContainers), ...elements(spec?.containers)];
  const named = (kind: string, name: unknown): string[] => (name === undefined ? [] : [`${kind} ${name}`]);
  return [
    ...containers.flatMap((container) => [
      ...elements(container.envFrom).flatMap((from) => [
        ...named("ConfigMap", from.configMapRef?.name),
        ...named("Secret", from.secretRef?.name),
      ]),
      ...elements(container.env).flatMap(({ valueFrom }) => [
        ...named("ConfigMap", valueFrom?.configMapKeyRef?.name),
        ...named("Secret", valueFrom?.secretKeyRef?.name),
      ]),
    ]),
    ...elements(spec?.volumes)
      .flatMap((volume) => [volume, ...elements(volume.projected?.sources)])
      .flatMap((source) => [
        ...named("ConfigMap", source.configMap?.name),
        ...named("Secret", source.secret?.secretName ?? source.secret?.name),
      ]),
  ];
}

export const upgConfigurationPerRelease = stackRule({
  name: "upg-configuration-per-release",
  title: "No ConfigMap or Secret is read by two releases: changing one release leaves the other alone.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation: "Give each release a ConfigMap and a Secret of its own, named after it.",
  check(resources, findings) {
    const readers = new Map<string, string>();
    findings.each(deployments(resources), (one) => {
      const release = releaseOf(one);
      if (release === undefined) return;
      for (const source of new Set(readBy(one))) {
        const first: string = readers.get(source) ?? release;
        readers.set(source, first);
        if (first !== release)
          findings.blame(one, `${source} is read by releases ${first} and ${release}.`, "spec.template.spec");
      }
    });
  },
});
