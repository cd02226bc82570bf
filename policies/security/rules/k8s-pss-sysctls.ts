import { resourceRule } from "../../frame/rule";
import { carriesPod, podOf } from "../kubernetes/pod";

const SAFE: ReadonlySet<string> = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);

export const k8sPssSysctls = resourceRule({
  name: "k8s-pss-sysctls",
  title: "Pods change safe kernel settings only.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "Pod Security Standards", id: "baseline" }],
  remediation: "Remove the setting, or change it on the node pool.",
  types: carriesPod,
  check(subject, findings) {
    const pod = podOf(subject);
    findings.each(
      pod?.spec.securityContext?.sysctls as readonly { name: string }[] | undefined,
      (setting, index) => {
        if (!SAFE.has(setting.name))
          findings.report(
            `Kernel setting ${setting.name} is not a safe one.`,
            `${pod?.path}.securityContext.sysctls[${index}]`,
          );
      },
    );
  },
});
