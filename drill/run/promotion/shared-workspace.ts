import path from "node:path";
import { Workspace } from "../workspace";

/**
 * A workspace whose stack lies in the same state backend as its neighbours', as stacks of one project do: each has a state,
 * a file, a cloud and a database of its own, and one can read what another says about itself.
 */
export class SharedWorkspace extends Workspace {
  constructor(
    stack: string,
    private readonly base: string,
  ) {
    super(stack, base);
  }

  override environment(providers: Readonly<Record<string, number>>): NodeJS.ProcessEnv {
    const shared = new Workspace("backend", this.base).environment(providers);
    return { ...shared, ORDER_UPGRADE_OPERATOR: "drill-operator" };
  }

  /** Where both stacks' profiles for AWS are. */
  get profiles(): string {
    return path.join(this.base, "aws-profiles");
  }
}
