import type { PolicyConfigSchema, PolicyResource, ResourceValidationArgs } from "@pulumi/policy";

/** How bad it is when the rule is broken. */
export type Severity = "low" | "medium" | "high" | "critical";

/** Where a violation stops a run, and where it is only shown. */
export type Level = "mandatory" | "advisory" | "remediate";

/** A control of a published framework that the rule supports. */
export interface Control {
  readonly framework:
    | "CIS AWS"
    | "CIS Kubernetes"
    | "AWS FSBP"
    | "PCI DSS"
    | "Pod Security Standards"
    | "NSA Kubernetes";
  readonly id: string;
}

/** What every rule says about itself; docs/policies.md is made from it. */
export interface RuleFacts {
  /** What it is about, then what it wants: `rds-backup-retention`. Unique over all packs. */
  readonly name: string;
  /** The rule as a sentence that is true of a good stack. */
  readonly title: string;
  readonly severity: Severity;
  readonly level: Level;
  readonly controls: readonly Control[];
  /** What to do about a violation, as an instruction. */
  readonly remediation: string;
  readonly link: string;
  /** Thresholds that a stack may set, with defaults. */
  readonly configuration?: PolicyConfigSchema;
  /**
   * What an unknown value in a preview means for a mandatory rule. `gate`: the pull-request check fails, because the rule
   * was not decided. `wait`: the value is never known before the update; the rule is decided there.
   */
  readonly unknown: "gate" | "wait";
  /** Rules that no waiver can lift. */
  readonly exemptible: boolean;
}

/** Collects what a check finds. Never put a property's value into a message where it may be a secret. */
export interface Findings {
  /** One violation: what is wrong, with the place in the resource. */
  report(message: string, path?: string): void;
  /** Runs a part of a check on its own, so that an unknown value in it does not hide the other parts. */
  part(check: () => void): void;
  /** The same for every element of a list. */
  each<T>(list: readonly T[] | undefined, check: (element: T, index: number) => void): void;
}

export type Configuration = Readonly<Record<string, unknown>>;
/** A part of a resource. The SDK hands properties out untyped: what a rule reads may be missing, and it must expect that. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where untyped properties enter
export type Properties = Readonly<Record<string, any>>;

/** A resource as a rule sees it: new inputs, never the old state. */
export type Subject = Pick<
  ResourceValidationArgs,
  "type" | "name" | "urn" | "props" | "opts" | "provider" | "stackTags"
>;

/** A rule about a single resource. */
export interface ResourceRule extends RuleFacts {
  readonly kind: "resource";
  /** Type tokens it applies to. A single one is the fastest: other resources are then not even decoded. */
  readonly types: readonly string[] | ((type: string) => boolean);
  check(subject: Subject, findings: Findings, configuration: Configuration): void;
  /** Only where the right value is certain: the corrected properties, or undefined when nothing is to be done. */
  remedy?(subject: Subject, configuration: Configuration): Record<string, unknown> | undefined;
}

/** A rule about relations between resources. */
export interface StackRule extends RuleFacts {
  readonly kind: "stack";
  check(resources: readonly PolicyResource[], findings: StackFindings, configuration: Configuration): void;
}

export interface StackFindings extends Findings {
  /** A violation of one resource of the stack. */
  blame(resource: Pick<PolicyResource, "urn" | "name">, message: string, path?: string): void;
}

export type Rule = ResourceRule | StackRule;

const FACTS = { controls: [], unknown: "gate", exemptible: true } as const;

type Optional = keyof typeof FACTS | "link";
type Facts = Omit<RuleFacts, Optional> & Partial<Pick<RuleFacts, Optional>>;

/** Page of docs/policies.md on a rule; used where no better public page is named. */
const ownPage = (name: string): string => `docs/policies.md#${name}`;

export const resourceRule = (
  rule: Facts & Pick<ResourceRule, "types" | "check" | "remedy">,
): ResourceRule => ({
  ...FACTS,
  link: ownPage(rule.name),
  ...rule,
  kind: "resource",
});

export const stackRule = (rule: Facts & Pick<StackRule, "check">): StackRule => ({
  ...FACTS,
  link: ownPage(rule.name),
  ...rule,
  kind: "stack",
});
