import type * as pulumi from "@pulumi/pulumi";
import { type After, eachOf } from "../../components/frame/component";
import type { Node, Plan } from "../plan";

type Made = readonly pulumi.Input<pulumi.Resource>[];

/**
 * Turns the planner's order into dependencies. Whoever makes a node asks what comes before it and says what it made;
 * in which order they do so does not matter.
 */
export class Timeline {
  private readonly nodes = new Map<
    Node,
    { readonly made: Promise<Made>; readonly settle: (made: Made) => void }
  >();
  private readonly reachedNodes = new Set<Node>();

  constructor(private readonly order: Plan["order"]) {}

  /** What has to be there before `node`. */
  before(node: Node): After {
    return (this.order[node] ?? []).flatMap((one) => this.made(one));
  }

  /** What `node` is made of. */
  made(node: Node): After {
    return eachOf(this.of(node).made);
  }

  /** `node` is made of these resources. */
  reached(node: Node, made: Made): void {
    this.reachedNodes.add(node);
    this.of(node).settle(made);
  }

  /** Refuses a program that waits for a node nobody makes: it would wait for ever. */
  finish(): void {
    const missing = [...this.nodes.keys()].filter((node) => !this.reachedNodes.has(node));
    if (missing.length > 0) throw new Error(`nobody makes ${missing.join(", ")}`);
  }

  private of(node: Node) {
    const known = this.nodes.get(node);
    if (known !== undefined) return known;
    let settle: (made: Made) => void = () => undefined;
    const made = new Promise<Made>((resolve) => {
      settle = resolve;
    });
    const fresh = { made, settle };
    this.nodes.set(node, fresh);
    return fresh;
  }
}
