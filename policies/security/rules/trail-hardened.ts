import { resourceRule } from "../../frame/rule";
import { isSet } from "../aws/relations";

export const trailHardened = resourceRule({
  name: "trail-hardened",
  title: "The audit trail covers all Regions, proves its files and is encrypted.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "CloudTrail.1" },
    { framework: "AWS FSBP", id: "CloudTrail.2" },
    { framework: "AWS FSBP", id: "CloudTrail.4" },
    { framework: "PCI DSS", id: "10.2.1" },
    { framework: "CIS AWS", id: "3.1" },
  ],
  remediation: "Set isMultiRegionTrail, enableLogFileValidation, kmsKeyId and leave enableLogging on.",
  types: ["aws:cloudtrail/trail:Trail"],
  check({ props }, findings) {
    for (const key of ["isMultiRegionTrail", "enableLogFileValidation"]) {
      findings.part(() => {
        if (props[key] !== true) findings.report(`${key} is off.`, key);
      });
    }
    findings.part(() => {
      if (props.enableLogging === false) findings.report("The trail is switched off.", "enableLogging");
    });
    findings.part(() => {
      if (props.includeGlobalServiceEvents === false)
        findings.report("Changes of users and roles are not recorded.", "includeGlobalServiceEvents");
    });
    if (!isSet(props, "kmsKeyId")) findings.report("The trail is not encrypted with a key.", "kmsKeyId");
  },
});
