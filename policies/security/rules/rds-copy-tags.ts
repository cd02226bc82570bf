import { resourceRule } from "../../frame/rule";

export const rdsCopyTags = resourceRule({
  name: "rds-copy-tags",
  title: "Snapshots carry the tags of their database.",
  severity: "low",
  level: "remediate",
  controls: [{ framework: "AWS FSBP", id: "RDS.17" }],
  remediation: "Set copyTagsToSnapshot: true.",
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  check({ props }, findings) {
    if (props.copyTagsToSnapshot !== true) findings.report("Snapshots lose the tags.", "copyTagsToSnapshot");
  },
  remedy: ({ props }) =>
    props.copyTagsToSnapshot === true ? undefined : { ...props, copyTagsToSnapshot: true },
});
