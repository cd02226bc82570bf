import type { Container, PodSpec, ResourceList } from "../types/pod";
import { formatQuantity, quantity } from "./quantity";

export type Side = "requests" | "limits";

/** Resources that can be given to a pod as a whole. */
export const POD_LEVEL_RESOURCES = ["cpu", "hugepages-", "memory"];

export function isPodLevelResource(name: string): boolean {
  return name === "cpu" || name === "memory" || name.startsWith("hugepages-");
}

/**
 * What the containers of a pod ask for together. Init containers run one after the other before the rest, so the largest
 * counts; those that restart always stay beside all that come later.
 */
export function aggregate(spec: Partial<PodSpec>, side: Side): ResourceList {
  const binary = new Map<string, boolean>();
  const of = ({ resources }: Container): Map<string, bigint> =>
    new Map(
      Object.entries(resources?.[side] ?? {}).map(([name, value]) => {
        if (!binary.has(name)) binary.set(name, /i$/.test(String(value)));
        return [name, quantity(value)];
      }),
    );
  let together = new Map<string, bigint>();
  for (const container of spec.containers ?? []) together = joined(together, of(container), add);
  let beside = new Map<string, bigint>();
  let before = new Map<string, bigint>();
  for (const container of spec.initContainers ?? []) {
    const own = of(container);
    const stays = container.restartPolicy === "Always";
    if (stays) together = joined(together, own, add);
    before = joined(before, joined(own, beside, add), larger);
    if (stays) beside = joined(beside, own, add);
  }
  return Object.fromEntries(
    [...joined(together, before, larger)].map(([name, nano]) => [
      name,
      formatQuantity(nano, binary.get(name) ?? false),
    ]),
  );
}

/** What counts for a pod: what it says as a whole, else what its containers say together. */
export function effective(spec: Partial<PodSpec>, side: Side): ResourceList {
  const whole = Object.entries(spec.resources?.[side] ?? {}).filter(([name]) => isPodLevelResource(name));
  return { ...aggregate(spec, side), ...Object.fromEntries(whole) };
}

type Combine = (a: bigint, b: bigint) => bigint;
const add: Combine = (a, b) => a + b;
const larger: Combine = (a, b) => (a > b ? a : b);

function joined(
  one: ReadonlyMap<string, bigint>,
  other: ReadonlyMap<string, bigint>,
  combine: Combine,
): Map<string, bigint> {
  const result = new Map(one);
  for (const [name, value] of other) result.set(name, combine(result.get(name) ?? 0n, value));
  return result;
}
