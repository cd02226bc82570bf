import { resourceRule } from "../../frame/rule";

export const imgEcrHardening = resourceRule({
  name: "img-ecr-hardening",
  title: "Image repositories keep what a tag meant, scan what comes in, and are encrypted.",
  severity: "medium",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "ECR.1" },
    { framework: "AWS FSBP", id: "ECR.2" },
    { framework: "PCI DSS", id: "6.3.2" },
  ],
  remediation: "Set imageTagMutability IMMUTABLE, scanOnPush, KMS encryption; remove forceDelete.",
  types: ["aws:ecr/repository:Repository"],
  check({ props }, findings) {
    findings.part(() => {
      if (!/^IMMUTABLE/.test(props.imageTagMutability ?? ""))
        findings.report("Tags can be moved to other images.", "imageTagMutability");
    });
    findings.part(() => {
      if (props.imageScanningConfiguration?.scanOnPush !== true)
        findings.report("Images are not scanned when they come in.", "imageScanningConfiguration.scanOnPush");
    });
    findings.part(() => {
      if (props.encryptionConfigurations?.[0]?.encryptionType !== "KMS")
        findings.report("Images are not encrypted with a key.", "encryptionConfigurations[0].encryptionType");
    });
    findings.part(() => {
      if (props.forceDelete === true)
        findings.report("The repository can be deleted with its images.", "forceDelete");
    });
  },
});
