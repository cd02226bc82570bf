import { resourceRule } from "../../frame/rule";

export const k8sSvcExposure = resourceRule({
  name: "k8s-svc-exposure",
  title: "Services are not reachable from outside the cluster by themselves.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "1.4.1" }],
  remediation:
    "Use ClusterIP behind the load balancer; an internal LoadBalancer needs the internal annotation.",
  types: ["kubernetes:core/v1:Service", "kubernetes:core/v1:ServicePatch"],
  check({ props }, findings) {
    findings.part(() => {
      if (props.spec?.type === "NodePort") findings.report("A NodePort opens every node.", "spec.type");
    });
    findings.part(() => {
      if (props.spec?.type !== "LoadBalancer") return;
      const annotations = props.metadata?.annotations ?? {};
      const internal =
        annotations["service.beta.kubernetes.io/aws-load-balancer-scheme"] === "internal" ||
        annotations["service.beta.kubernetes.io/aws-load-balancer-internal"] === "true";
      if (!internal) findings.report("The load balancer is public.", "spec.type");
    });
    findings.part(() => {
      // CVE-2020-8554: whoever may set external addresses can take traffic meant for others.
      if ((props.spec?.externalIPs?.length ?? 0) > 0)
        findings.report("External addresses are claimed.", "spec.externalIPs");
    });
  },
});
