import { type Properties, resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

export const k8sPssHostPorts = resourceRule({
  name: "k8s-pss-host-ports",
  title: "Containers do not take ports of the node.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "Pod Security Standards", id: "baseline" },
    { framework: "CIS Kubernetes", id: "5.2.13" },
  ],
  remediation: "Remove hostPort; use a Service.",
  types: carriesPod,
  check(subject, findings) {
    eachContainer(subject, findings, (container, path) =>
      findings.each(container.ports as readonly Properties[] | undefined, (port, index) => {
        if ((port.hostPort ?? 0) !== 0)
          findings.report(
            `Container ${container.name} takes port ${port.hostPort} of the node.`,
            `${path}.ports[${index}].hostPort`,
          );
      }),
    );
  },
});
