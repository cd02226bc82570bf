import { type PolicyResource, UnknownValueError } from "@pulumi/policy";
import type { Configuration, Findings, ResourceRule, StackFindings, StackRule, Subject } from "./rule";

export interface Finding {
  readonly message: string;
  readonly path: string | undefined;
  /** The resource to blame; for a resource rule always the subject. */
  readonly urn: string | undefined;
  readonly name: string | undefined;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  /** What could not be decided because a value is not known in this preview. */
  readonly undecided: readonly UnknownValueError[];
  /** The rule itself is broken: what it threw. Never a pass. */
  readonly fault: string | undefined;
}

/** Asks a rule about one resource. Never throws: a rule that throws is a fault in the verdict. */
export function judgeResource(rule: ResourceRule, subject: Subject, configuration: Configuration): Verdict {
  return judge({ urn: subject.urn, name: subject.name }, (findings) =>
    rule.check(subject, findings, configuration),
  );
}

/** Asks a rule about the whole stack. */
export function judgeStack(
  rule: StackRule,
  resources: readonly PolicyResource[],
  configuration: Configuration,
): Verdict {
  return judge({ urn: undefined, name: undefined }, (findings) =>
    rule.check(resources, findings, configuration),
  );
}

function judge(
  subject: { readonly urn: string | undefined; readonly name: string | undefined },
  ask: (findings: StackFindings) => void,
): Verdict {
  const found: Finding[] = [];
  const undecided: UnknownValueError[] = [];
  let fault: string | undefined;
  const attempt = (check: () => void): void => {
    try {
      check();
    } catch (problem) {
      if (problem instanceof UnknownValueError) undecided.push(problem);
      else fault ??= problem instanceof Error ? problem.message : String(problem);
    }
  };
  const findings: StackFindings = {
    report: (message, path) => found.push({ ...subject, message, path }),
    blame: (resource, message, path) => found.push({ urn: resource.urn, name: resource.name, message, path }),
    part: attempt,
    each: (list, check) =>
      attempt(() => {
        const length = list?.length ?? 0;
        // By index: an iterator would stop at the first unknown element.
        for (let index = 0; index < length; index++)
          attempt(() => check((list as readonly never[])[index] as never, index));
      }),
  };
  attempt(() => ask(findings satisfies Findings as StackFindings));
  return { findings: found, undecided, fault };
}
