import { resourceRule } from "../../frame/rule";
import { isBinding } from "../kubernetes/access";

export const rbacNoBroadSubjects = resourceRule({
  name: "rbac-no-broad-subjects",
  title: "Rights are given to named people and accounts, not to everybody.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "CIS Kubernetes", id: "5.1.5" },
    { framework: "CIS Kubernetes", id: "5.1.7" },
  ],
  remediation: "Name a group of your directory or a service account made for the purpose.",
  types: isBinding,
  check({ props }, findings) {
    findings.each(
      props.subjects as readonly { kind: string; name: string }[] | undefined,
      (subject, index) => {
        const everybody =
          subject.kind === "Group" &&
          /^system:(masters|authenticated|unauthenticated|serviceaccounts)/.test(subject.name);
        const unnamed = subject.kind === "ServiceAccount" && subject.name === "default";
        if (everybody || unnamed || subject.name === "system:anonymous")
          findings.report(`${subject.kind} ${subject.name} is given rights.`, `subjects[${index}]`);
      },
    );
  },
});
