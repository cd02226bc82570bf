import { resourceRule } from "../../frame/rule";

export const k8sIngressTls = resourceRule({
  name: "k8s-ingress-tls",
  title: "Every host of an Ingress is served over TLS, and none is a wildcard.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "4.2.1" }],
  remediation: "List the host in spec.tls and remove snippet annotations.",
  types: ["kubernetes:networking.k8s.io/v1:Ingress", "kubernetes:networking.k8s.io/v1:IngressPatch"],
  check({ props }, findings) {
    const secured = new Set<string>();
    findings.each(props.spec?.tls as readonly { hosts?: string[] }[] | undefined, (entry) =>
      findings.each(entry.hosts, (host) => void secured.add(host)),
    );
    findings.each(props.spec?.rules as readonly { host?: string }[] | undefined, (entry, index) => {
      const path = `spec.rules[${index}].host`;
      if (entry.host === undefined || entry.host === "" || entry.host.includes("*"))
        findings.report("The host is not named exactly.", path);
      else if (!secured.has(entry.host)) findings.report(`${entry.host} is served without TLS.`, path);
    });
    findings.part(() => {
      for (const key of Object.keys(props.metadata?.annotations ?? {})) {
        if (key.endsWith("-snippet"))
          findings.report("A snippet annotation puts code into the proxy.", `metadata.annotations[${key}]`);
      }
    });
  },
});
