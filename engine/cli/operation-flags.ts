import { type FlagDefinition, list, on, text } from "./flags";

const hidden = (flag: FlagDefinition): FlagDefinition => ({ ...flag, hidden: true });

const COMMON: FlagDefinition[] = [
  text("stack", "the stack to work on; default: the selected one", "s"),
  text("config-file", "use the configuration values in this file"),
  text("message", "a message for the history", "m"),
  list("config", "set a configuration value for this run and keep it", "c"),
  on("config-path", "keys of --config are paths"),
  on("diff", "show property changes"),
  on("json", "print the preview as one JSON document", "j"),
  { name: "parallel", short: "p", kind: "number", description: "how many operations run at the same time" },
  list("target", "work on this resource only (URN, * and ** allowed); may be repeated", "t"),
  list("exclude", "leave this resource alone; may be repeated", "x"),
  on("target-dependents", "with --target: also what depends on it", ""),
  on("exclude-dependents", "with --exclude: also what depends on it"),
  on("expect-no-changes", "fail when there are changes"),
  on("show-secrets", "show secrets"),
  on("show-sames", "also show what does not change"),
  on("suppress-outputs", "do not show stack outputs"),
  on("suppress-progress", "do not show single steps"),
  on("suppress-permalink", "ignored"),
  on("yes", "do not ask", "y"),
  on("skip-preview", "do not preview first", "f"),
  on("preview-only", "only preview"),
  on("debug", "show debug messages", "d"),
  { name: "refresh", short: "r", kind: "boolean", description: "refresh first" },
  on("run-program", "run the program for a refresh or a destroy"),
  on("continue-on-error", "go on with what does not depend on a failure"),
  text("event-log", "send events to a file or to tcp://host:port"),
  hidden(text("client", "")),
  hidden(text("exec-kind", "")),
  hidden(text("exec-agent", "")),
  hidden(on("show-config", "")),
  hidden(on("show-reads", "")),
  hidden(on("show-replacement-steps", "")),
  hidden(on("show-full-output", "")),
  hidden(on("show-policy-remediations", "")),
  hidden(on("skip-config-validation", "")),
  hidden(on("skip-plugin-pre-install", "")),
];
const IGNORE_PROTECT = on("ignore-protect", "delete and replace protected resources as well");
const PROGRAM: FlagDefinition[] = [
  list("policy-pack", "run a policy pack; may be repeated"),
  list("policy-pack-config", "configuration file of the policy pack at the same place; may be repeated"),
  list("replace", "replace this resource; may be repeated"),
  list("target-replace", "--target and --replace in one"),
  IGNORE_PROTECT,
];

export const OPERATION_FLAGS: Record<string, FlagDefinition[]> = {
  up: [...COMMON, ...PROGRAM],
  preview: [...COMMON, ...PROGRAM],
  refresh: [
    ...COMMON,
    on("clear-pending-creates", "forget creates that were interrupted"),
    on("skip-pending-creates", "leave interrupted creates alone"),
  ],
  destroy: [
    ...COMMON,
    on("remove", "remove the stack afterwards"),
    on("exclude-protected", "leave protected resources alone"),
    IGNORE_PROTECT,
  ],
};
