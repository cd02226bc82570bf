import { resourceRule } from "../../frame/rule";

const LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

export const eksHardening = resourceRule({
  name: "eks-hardening",
  title: "Clusters are not open to the world, encrypt secrets and log everything.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "EKS.1" },
    { framework: "AWS FSBP", id: "EKS.3" },
    { framework: "AWS FSBP", id: "EKS.8" },
  ],
  remediation: "Restrict publicAccessCidrs, set encryptionConfig and all five log types.",
  types: ["aws:eks/cluster:Cluster"],
  check({ props }, findings) {
    findings.part(() => {
      const vpc = props.vpcConfig;
      const open =
        vpc?.endpointPublicAccess !== false &&
        (vpc?.publicAccessCidrs === undefined || vpc.publicAccessCidrs[0] === "0.0.0.0/0");
      if (open) findings.report("The API is open to the world.", "vpcConfig.publicAccessCidrs");
    });
    findings.part(() => {
      if (props.encryptionConfig === undefined)
        findings.report("Secrets are not encrypted with a key.", "encryptionConfig");
    });
    findings.part(() => {
      const enabled = Array.from(
        { length: props.enabledClusterLogTypes?.length ?? 0 },
        (_, index) => props.enabledClusterLogTypes[index] as string,
      );
      const missing = LOGS.filter((log) => !enabled.includes(log));
      if (missing.length > 0) findings.report(`Not logged: ${missing.join(", ")}.`, "enabledClusterLogTypes");
    });
  },
});
