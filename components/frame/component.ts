import * as pulumi from "@pulumi/pulumi";

/** What every component gets: where it is and how its resources are marked. */
export interface Common {
  /** Beginning of the names of AWS resources, such as `orders-production`. */
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Resources to wait for, known early or late. */
export type After = pulumi.Input<pulumi.Resource>[];

/**
 * What one promise brings, in a list of dependencies. The SDK awaits what stands in such a list and takes several where it
 * takes one. A promise in place of the list it makes an Output of, and of an Output it walks through all that its value
 * holds, for each resource anew: a resource holds the whole graph.
 */
export const eachOf = (resources: Promise<readonly pulumi.Input<pulumi.Resource>[]>): After => [
  resources as unknown as Promise<pulumi.Resource>,
];

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
