import { type Properties, resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer, podOf } from "../kubernetes/pod";

const ALLOWED: ReadonlySet<string> = new Set([
  "",
  "container_t",
  "container_init_t",
  "container_kvm_t",
  "container_engine_t",
]);

export const k8sPssSelinux = resourceRule({
  name: "k8s-pss-selinux",
  title: "SELinux runs containers with a container type and no other user or role.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "Pod Security Standards", id: "baseline" }],
  remediation: "Leave seLinuxOptions out, or use a container type without user and role.",
  types: carriesPod,
  check(subject, findings) {
    const judge = (context: Properties | undefined, path: string): void => {
      const options = context?.seLinuxOptions;
      if (options === undefined) return;
      if (!ALLOWED.has(options.type ?? ""))
        findings.report(`SELinux type is ${options.type}.`, `${path}.securityContext.seLinuxOptions.type`);
      for (const key of ["user", "role"]) {
        if ((options[key] ?? "") !== "")
          findings.report(`SELinux ${key} is set.`, `${path}.securityContext.seLinuxOptions.${key}`);
      }
    };
    findings.part(() => {
      const pod = podOf(subject);
      if (pod !== undefined) judge(pod.spec.securityContext, pod.path);
    });
    eachContainer(subject, findings, (container, path) => judge(container.securityContext, path));
  },
});
