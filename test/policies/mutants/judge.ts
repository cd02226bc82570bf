import type { PolicyResource } from "@pulumi/policy";
import { judgeResource, judgeStack } from "../../../policies/frame/evaluate";
import type { Configuration, Rule } from "../../../policies/frame/rule";
import { securityRules } from "../../../policies/security/rules";
import { upgradeRules } from "../../../policies/upgrade/rules";
import { insideChangeWindow } from "../../../policies/upgrade/rules/upg-inside-change-window";
import { outsideFreeze } from "../../../policies/upgrade/rules/upg-outside-freeze";
import { removalAfterSoak } from "../../../policies/upgrade/rules/upg-removal-after-soak";
import { outputsOf, type Registered } from "../../infra/mocked";

/** A Tuesday morning in Berlin on which the production stack may change. */
const allowed = (): Date => new Date("2026-11-10T08:00:00Z");
/** When the soak period is over. */
const soaked = (): Date => new Date(Date.now() + 2 * 86_400_000);
const TIMED: readonly Rule[] = [
  insideChangeWindow(allowed),
  outsideFreeze(allowed),
  removalAfterSoak(soaked),
];

/** The rules of both packs, with a clock that stands where nothing is in the way. */
export const RULES: readonly Rule[] = [...securityRules, ...upgradeRules].map(
  (rule) => TIMED.find(({ name }) => name === rule.name) ?? rule,
);
const ON_RESOURCES = RULES.filter((rule) => rule.kind === "resource");
const ON_STACKS = RULES.filter((rule) => rule.kind === "stack");

export interface Verdict {
  readonly rule: string;
  readonly message: string;
}

const identity = ({ type, name }: Pick<Registered, "type" | "name">): string => `${type} ${name}`;

/** A resource as a pack sees it, without its relations. */
function seen({ type, name, inputs, options }: Registered): PolicyResource {
  return {
    type,
    name,
    urn: `urn:pulumi:production::order-upgrade::${type}::${name}`,
    props: inputs,
    opts: {
      protect: options.protect,
      ignoreChanges: [...options.ignoreChanges],
      deleteBeforeReplace: options.deleteBeforeReplace,
      aliases: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
      additionalSecretOutputs: [],
    },
    dependencies: [],
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
  } as unknown as PolicyResource;
}

/** What the rules about one resource say about it. */
export const judgedAlone = (resource: Registered): Verdict[] => {
  const subject = { ...seen(resource), provider: undefined, stackTags: new Map<string, string>() };
  return ON_RESOURCES.flatMap((rule) => {
    const applies =
      typeof rule.types === "function" ? rule.types(resource.type) : rule.types.includes(resource.type);
    if (!applies) return [];
    const { findings, fault } = judgeResource(rule, subject as never, configuration(rule));
    return told(rule, findings, fault);
  });
};

/** What the rules about relations say about a stack. */
export function judgedTogether(resources: readonly Registered[]): Verdict[] {
  // Rules about relations see outputs.
  const all = new Map(
    resources.map((one) => {
      const props = { ...outputsOf({ ...one }), ...one.inputs };
      return [identity(one), { one, view: { ...seen(one), props } }];
    }),
  );
  for (const { one, view } of all.values()) {
    const find = (names: readonly string[]): PolicyResource[] =>
      names.flatMap((name) => all.get(name)?.view ?? []);
    view.dependencies = find(one.options.dependencies);
    view.propertyDependencies = Object.fromEntries(
      Object.entries(one.options.propertyDependencies).map(([key, names]) => [key, find(names)]),
    );
  }
  const views = [...all.values()].map(({ view }) => view);
  return ON_STACKS.flatMap((rule) => {
    const { findings, fault } = judgeStack(rule, views, configuration(rule));
    return told(rule, findings, fault);
  });
}

const told = (
  rule: Rule,
  findings: readonly { readonly message: string; readonly name: string | undefined }[],
  fault: string | undefined,
): Verdict[] => [
  ...findings.map(({ message, name }) => ({ rule: rule.name, message: `${name ?? ""}: ${message}` })),
  ...(fault === undefined ? [] : [{ rule: rule.name, message: `failed: ${fault}` }]),
];

const configuration = (rule: Rule): Configuration =>
  Object.fromEntries(
    Object.entries(rule.configuration?.properties ?? {}).flatMap(([key, schema]) =>
      "default" in schema ? [[key, schema.default]] : [],
    ),
  );
