import path from "node:path";
import type {
  Policies,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy";
import { judgeResource, judgeStack, type Verdict } from "./evaluate";
import type { Configuration, ResourceRule, Rule, RuleFacts, StackRule } from "./rule";
import { Waivers } from "./waivers";

/** What a pack needs to know besides its rules. */
export interface PackSetting {
  /** `security` or `upgrade`. */
  readonly pack: string;
  readonly rules: readonly Rule[];
  /** Tells the names of the rules of all packs, so that a mistyped waiver is noticed; asked only when there are waivers. */
  readonly allRules: () => ReadonlySet<string>;
  readonly stack: string;
  readonly waiverFile?: string;
  readonly now?: Date;
}

const WAIVER_FILE = path.join(__dirname, "..", "waivers.yaml");

/** The pack's policies: one for each rule under the rule's name, and two about the waivers. */
export function policiesOf(setting: PackSetting): Policies {
  const waivers = Waivers.read(
    setting.waiverFile ?? WAIVER_FILE,
    setting.stack,
    setting.allRules,
    setting.now ?? new Date(),
  );
  return [
    ...setting.rules.map((rule) =>
      rule.kind === "resource" ? resourcePolicy(rule, waivers) : stackPolicy(rule, waivers),
    ),
    waiversInOrder(setting, waivers),
    waiversInUse(setting, waivers),
  ];
}

function resourcePolicy(rule: ResourceRule, waivers: Waivers): ResourceValidationPolicy {
  const { types, remedy } = rule;
  const single = Array.isArray(types) && types.length === 1 ? (types[0] as string) : undefined;
  const applies = typeof types === "function" ? types : (type: string): boolean => types.includes(type);
  const validateResource: ResourceValidationPolicy["validateResource"] = (subject, report) => {
    if (!applies(subject.type)) notApplicable(subject);
    conclude(rule, judgeResource(rule, subject, configured(rule, subject)), report, waivers);
  };
  const policy: ResourceValidationPolicy = { ...facts(rule), validateResource };
  // The SDK's fast path: resources of other types are not decoded for this rule.
  if (single !== undefined) Object.assign(validateResource as object, { __pulumiType: single });
  if (remedy !== undefined) {
    policy.remediateResource = (subject) =>
      applies(subject.type) ? remedy(subject, configured(rule, subject)) : undefined;
    if (single !== undefined) Object.assign(policy.remediateResource, { __pulumiType: single });
  }
  return policy;
}

/** Says so as the SDK wants it, by an error. For each rule and resource its stack trace would cost more than all rules do. */
function notApplicable(subject: ResourceValidationArgs): never {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return subject.notApplicable();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function stackPolicy(rule: StackRule, waivers: Waivers): StackValidationPolicy {
  return {
    ...facts(rule),
    validateStack: (stack, report) =>
      conclude(rule, judgeStack(rule, stack.resources, configured(rule, stack)), report, waivers),
  };
}

/** The rule's settings. An engine that was told none sends none, and a threshold that is missing would let everything pass. */
const configured = (rule: Rule, { getConfig }: { getConfig<T extends object>(): T }): Configuration => ({
  ...Object.fromEntries(
    Object.entries(rule.configuration?.properties ?? {}).flatMap(([key, schema]) =>
      "default" in schema ? [[key, schema.default]] : [],
    ),
  ),
  ...getConfig<Configuration>(),
});

/** Reports what a rule found; says so when it could not decide or is broken itself. */
function conclude(rule: Rule, verdict: Verdict, report: ReportViolation, waivers: Waivers): void {
  for (const finding of verdict.findings) {
    if (rule.exemptible && waivers.lift(rule.name, finding) !== undefined) continue;
    const place = finding.path === undefined ? "" : `${finding.path}: `;
    report(
      `${place}${finding.message} Way out: ${rule.remediation}`,
      ...(finding.urn === undefined ? [] : [finding.urn]),
    );
  }
  if (verdict.fault !== undefined) {
    report(
      `The rule ${rule.name} itself failed (${verdict.fault}); that is not a pass. Way out: report it, or set its level in the pack's configuration for this run.`,
    );
  }
  const [unknown] = verdict.undecided;
  if (unknown !== undefined) throw marked(unknown, rule);
}

/** The engine shows this as advisory whatever the rule's level is, so the text says what it means. */
function marked(unknown: UnknownValueError, rule: RuleFacts): UnknownValueError {
  const meaning =
    rule.level === "advisory"
      ? "not decided"
      : rule.unknown === "wait"
        ? "decided in the update"
        : "UNDECIDED: the pull-request check fails";
  if (!unknown.message.includes(meaning)) unknown.message = `${unknown.message} (${meaning})`;
  return unknown;
}

function waiversInOrder(setting: PackSetting, waivers: Waivers): StackValidationPolicy {
  const own = new Set(setting.rules.map((rule) => rule.name));
  return {
    name: `${setting.pack}-waivers-in-order`,
    description: "Waivers are complete, approved by somebody else, not expired, and used.",
    enforcementLevel: "mandatory",
    severity: "high",
    remediationSteps: "Repair or remove the entry in policies/waivers.yaml.",
    validateStack: (_stack, report) => {
      for (const { place, message } of [...waivers.problems, ...waivers.unused(own)])
        report(`${place}: ${message}`);
    },
  };
}

function waiversInUse(setting: PackSetting, waivers: Waivers): StackValidationPolicy {
  return {
    name: `${setting.pack}-waivers-in-use`,
    description: "Waivers lift violations in this run.",
    enforcementLevel: "advisory",
    severity: "low",
    validateStack: (_stack, report) => {
      const used = waivers.inUse();
      used.forEach(({ waiver, daysLeft }, index) => {
        report(
          `${index + 1} of ${used.length}: ${waiver.rule} on "${waiver.resource}", ${daysLeft} days left: ${waiver.reason} (owner ${waiver.owner}, approved by ${waiver.approver})`,
        );
      });
    },
  };
}

function facts(
  rule: Rule,
): Pick<
  ResourceValidationPolicy,
  "name" | "description" | "enforcementLevel" | "severity" | "remediationSteps" | "url" | "tags"
> & { configSchema?: NonNullable<RuleFacts["configuration"]> } {
  return {
    name: rule.name,
    description: rule.title,
    enforcementLevel: rule.level,
    severity: rule.severity,
    remediationSteps: rule.remediation,
    url: rule.link,
    tags: rule.controls.map(({ framework, id }) => `${framework} ${id}`),
    ...(rule.configuration === undefined ? {} : { configSchema: rule.configuration }),
  };
}
