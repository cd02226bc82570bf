import { resourceRule } from "../../frame/rule";
import { isStateful, STATEFUL_TYPES } from "../stateful";

/** Properties that must not drift away unseen. */
const GUARDS = [
  "*",
  "deletionProtection",
  "backupRetentionPeriod",
  "storageEncrypted",
  "kmsKeyId",
  "skipFinalSnapshot",
  "deleteAutomatedBackups",
  "forceDestroy",
  "objectLockEnabled",
  "enableKeyRotation",
  "deletionWindowInDays",
];

export const upgNoDeleteBeforeReplace = resourceRule({
  name: "upg-no-delete-before-replace",
  title:
    "What holds data is never deleted before its replacement stands, and its safeguards are not ignored.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation:
    "Remove deleteBeforeReplace, and take safeguards such as deletionProtection out of ignoreChanges.",
  types: (type) => STATEFUL_TYPES.includes(type),
  check({ type, props, opts }, findings) {
    if (!isStateful(type, props)) return;
    if (opts.deleteBeforeReplace === true)
      findings.report("A replacement would delete it first, with what it holds.", "deleteBeforeReplace");
    for (const ignored of opts.ignoreChanges) {
      if (GUARDS.includes(ignored))
        findings.report(`Changes of ${ignored} would go unnoticed.`, "ignoreChanges");
    }
  },
});
