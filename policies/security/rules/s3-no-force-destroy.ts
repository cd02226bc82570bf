import { resourceRule } from "../../frame/rule";

export const s3NoForceDestroy = resourceRule({
  name: "s3-no-force-destroy",
  title: "Buckets do not vanish with their content.",
  severity: "high",
  level: "mandatory",
  controls: [],
  remediation: "Remove forceDestroy.",
  types: ["aws:s3/bucket:Bucket"],
  check({ props }, findings) {
    if (props.forceDestroy === true)
      findings.report("The bucket can be destroyed with everything in it.", "forceDestroy");
  },
});
