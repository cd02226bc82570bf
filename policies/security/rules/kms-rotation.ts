import { resourceRule } from "../../frame/rule";

export const kmsRotation = resourceRule({
  name: "kms-rotation",
  title: "Keys are rotated.",
  severity: "medium",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "KMS.4" },
    { framework: "PCI DSS", id: "3.7.4" },
    { framework: "CIS AWS", id: "3.6" },
  ],
  remediation: "Set enableKeyRotation: true.",
  types: ["aws:kms/key:Key"],
  check({ props }, findings) {
    const spec = (props.customerMasterKeySpec as string | undefined) ?? "SYMMETRIC_DEFAULT";
    if (spec === "SYMMETRIC_DEFAULT" && props.enableKeyRotation !== true)
      findings.report("The key is never rotated.", "enableKeyRotation");
  },
});
