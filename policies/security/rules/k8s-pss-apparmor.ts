import { type Properties, resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer, podOf } from "../kubernetes/pod";

const ALLOWED: ReadonlySet<string> = new Set(["RuntimeDefault", "Localhost"]);

export const k8sPssApparmor = resourceRule({
  name: "k8s-pss-apparmor",
  title: "AppArmor is not switched off.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "Pod Security Standards", id: "baseline" }],
  remediation: "Set appArmorProfile.type to RuntimeDefault or leave it out.",
  types: carriesPod,
  check(subject, findings) {
    const judge = (context: Properties | undefined, path: string): void => {
      const type = context?.appArmorProfile?.type;
      if (type !== undefined && !ALLOWED.has(type))
        findings.report(`AppArmor profile is ${type}.`, `${path}.securityContext.appArmorProfile.type`);
    };
    const pod = podOf(subject);
    if (pod === undefined) return;
    findings.part(() => judge(pod.spec.securityContext, pod.path));
    eachContainer(subject, findings, (container, path) => judge(container.securityContext, path));
    for (const key of Object.keys(pod.annotations ?? {})) {
      if (!key.startsWith("container.apparmor.security.beta.kubernetes.io/")) continue;
      findings.part(() => {
        if (!/^(runtime\/default|localhost\/.+)$/.test(pod.annotations?.[key] ?? ""))
          findings.report("AppArmor is switched off by annotation.", `metadata.annotations[${key}]`);
      });
    }
  },
});
