import * as pulumi from "@pulumi/pulumi";

/** What every component gets: where it is and how its resources are marked. */
export interface Common {
  /** Beginning of the names of AWS resources, such as `orders-production`. */
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Resources to wait for, known early or late. */
export type After = pulumi.Input<pulumi.Input<pulumi.Resource>[]>;

export const token = (name: string): string => `order-upgrade:components:${name}`;

/** Refuses a component's arguments: all problems at once, tied to the component, without a stack trace. */
export function refuse(component: pulumi.Resource, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new pulumi.ResourceError(
    ["Invalid arguments:", ...problems.map((one) => `  - ${one}`)].join("\n"),
    component,
    true,
  );
}
