import * as pulumi from "@pulumi/pulumi";

/** Something that must hold before the graph goes on. */
export interface Gate {
  /** Wait for this: the Job, and the proof that it passed. */
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
}

/** A refusal by a gate: for the operator, so without a stack. */
export class Refused extends pulumi.RunError {
  constructor(problems: readonly string[]) {
    super(
      problems.length === 1
        ? `${problems[0]}`
        : [`${problems.length} proofs are missing:`, ...problems.map((one) => `  - ${one}`)].join("\n"),
    );
    this.stack = "";
  }
}

/**
 * Waits for `resources` and for `problems` to be known and empty. In a preview an unknown proof stays unknown:
 * what depends on it is shown, nothing is decided.
 */
export function gate(
  resources: readonly pulumi.Resource[],
  problems: pulumi.Output<readonly string[]>,
): Gate {
  const checked = problems.apply((found) => {
    if (found.length > 0) throw new Refused(found);
    return resources[0] as pulumi.Resource;
  });
  return { after: [...resources, checked] };
}
