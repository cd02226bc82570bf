import { resourceRule } from "../../frame/rule";
import { isStateful, STATEFUL_TYPES } from "../stateful";

export const upgStatefulProtect = resourceRule({
  name: "upg-stateful-protect",
  title: "What holds data, keys or proofs is protected from removal.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation:
    "Set the option protect: true. Take it off only in an update of its own, after the removal was confirmed by name.",
  types: (type) => STATEFUL_TYPES.includes(type),
  check({ type, props, opts }, findings) {
    if (isStateful(type, props) && opts.protect !== true)
      findings.report("Nothing keeps it from being removed.", "protect");
  },
});
