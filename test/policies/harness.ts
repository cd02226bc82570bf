import {
  type PolicyResource,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
  unknownCheckingProxy,
} from "@pulumi/policy";
import { policiesOf } from "../../policies/frame/pack";
import type { Rule } from "../../policies/frame/rule";

/** A value that is not known in a preview, as the engine sends it. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface FakeResource {
  readonly type: string;
  readonly name?: string;
  readonly props?: Record<string, unknown>;
  readonly opts?: Partial<PolicyResource["opts"]>;
  readonly parent?: string;
  /** Names of resources it depends on. */
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
}

export interface Outcome {
  readonly violations: readonly string[];
  /** What the SDK would report as «can't run policy … during preview». */
  readonly undecided: readonly string[];
  readonly notApplicable: boolean;
}

export interface HarnessSetting {
  readonly configuration?: Record<string, unknown>;
  readonly stack?: string;
  readonly waiverFile?: string;
  readonly now?: Date;
}

class NotApplicable extends Error {}

const OPTIONS: PolicyResource["opts"] = {
  protect: false,
  ignoreChanges: [],
  aliases: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
  additionalSecretOutputs: [],
};

/** Runs a rule in this process the way the policy SDK does: real proxies, real type test, defaults of its configuration. */
export function judge(rule: Rule, resources: readonly FakeResource[], setting: HarnessSetting = {}): Outcome {
  const [policy] = policiesOf({
    pack: "test",
    rules: [rule],
    allRules: () => new Set([rule.name]),
    stack: setting.stack ?? "production",
    waiverFile: setting.waiverFile ?? "/nowhere/waivers.yaml",
    ...(setting.now === undefined ? {} : { now: setting.now }),
  });
  const outcome = { violations: [] as string[], undecided: [] as string[], notApplicable: false };
  const report = (message: string): void => void outcome.violations.push(message);
  const run = (body: () => unknown): void => {
    try {
      body();
    } catch (problem) {
      if (problem instanceof UnknownValueError) outcome.undecided.push((problem as Error).message);
      else if (problem instanceof NotApplicable) outcome.notApplicable = true;
      else throw problem;
    }
  };
  const notApplicable = (): never => {
    throw new NotApplicable();
  };
  const configuration = { ...defaults(rule), ...setting.configuration };
  const decoded = resources.map(decode);
  if (rule.kind === "stack") {
    link(decoded, resources);
    run(() =>
      (policy as StackValidationPolicy).validateStack(
        {
          resources: decoded,
          stackTags: new Map(),
          getConfig: <T extends object>() => configuration as T,
          notApplicable,
        },
        report,
      ),
    );
    return outcome;
  }
  const { validateResource } = policy as ResourceValidationPolicy & {
    validateResource: (...args: never[]) => unknown;
  };
  for (const resource of decoded) {
    const only = (validateResource as { __pulumiType?: string }).__pulumiType;
    if (only !== undefined && only !== resource.type) {
      outcome.notApplicable = true;
      continue;
    }
    run(() =>
      (validateResource as (args: unknown, report: unknown) => unknown)(
        { ...resource, stackTags: new Map(), getConfig: () => configuration, notApplicable },
        report,
      ),
    );
  }
  return outcome;
}

function decode(resource: FakeResource): PolicyResource {
  const name = resource.name ?? "subject";
  return {
    type: resource.type,
    name,
    urn: `urn:pulumi:production::order-upgrade::${resource.type}::${name}`,
    props: unknownCheckingProxy(resource.props ?? {}) as Record<string, unknown>,
    opts: { ...OPTIONS, ...resource.opts },
    dependencies: [],
    propertyDependencies: {},
    isType: (kind: unknown) => (kind as { __pulumiType?: string }).__pulumiType === resource.type,
    asType: () => undefined,
  };
}

function link(decoded: PolicyResource[], resources: readonly FakeResource[]): void {
  const find = (name: string): PolicyResource => {
    const hit = decoded.find((one) => one.name === name);
    if (hit === undefined) throw new Error(`the test names no resource "${name}"`);
    return hit;
  };
  resources.forEach((resource, index) => {
    const target = decoded[index];
    if (target === undefined) return;
    target.dependencies = (resource.dependencies ?? []).map(find);
    target.propertyDependencies = Object.fromEntries(
      Object.entries(resource.propertyDependencies ?? {}).map(([key, names]) => [key, names.map(find)]),
    );
    if (resource.parent !== undefined) target.parent = find(resource.parent);
  });
}

function defaults(rule: Rule): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rule.configuration?.properties ?? {}).flatMap(([key, schema]) =>
      "default" in schema ? [[key, schema.default]] : [],
    ),
  );
}
