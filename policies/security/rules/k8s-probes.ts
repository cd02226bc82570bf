import { type Properties, resourceRule } from "../../frame/rule";
import { podOf } from "../kubernetes/pod";

/** What a probe asks, in a comparable form. */
function target(probe: Properties | undefined): string | undefined {
  if (probe === undefined) return undefined;
  const { httpGet, tcpSocket, exec, grpc } = probe;
  if (httpGet !== undefined) return `http ${httpGet.port} ${httpGet.path ?? "/"}`;
  if (tcpSocket !== undefined) return `tcp ${tcpSocket.port}`;
  if (grpc !== undefined) return `grpc ${grpc.port} ${grpc.service ?? ""}`;
  return `exec ${Array.from({ length: exec?.command?.length ?? 0 }, (_, index) => exec.command[index]).join(" ")}`;
}

export const k8sProbes = resourceRule({
  name: "k8s-probes",
  title: "Serving containers say when they may get traffic, apart from when they must be restarted.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "NSA Kubernetes", id: "resilience" }],
  remediation: "Set a readinessProbe, and a livenessProbe that asks something else.",
  types: (type) =>
    /^kubernetes:(apps\/v1:(Deployment|StatefulSet)|argoproj\.io\/v1alpha1:Rollout)(Patch)?$/.test(type),
  check(subject, findings) {
    const pod = podOf(subject);
    findings.each(pod?.spec.containers as readonly Properties[] | undefined, (container, index) => {
      const path = `${pod?.path}.containers[${index}]`;
      findings.part(() => {
        if (container.readinessProbe === undefined)
          findings.report(`Container ${container.name} has no readiness probe.`, `${path}.readinessProbe`);
      });
      findings.part(() => {
        const [ready, alive] = [target(container.readinessProbe), target(container.livenessProbe)];
        if (ready !== undefined && ready === alive)
          findings.report(
            `Container ${container.name} asks the same to be restarted and to get traffic.`,
            `${path}.livenessProbe`,
          );
      });
    });
  },
});
