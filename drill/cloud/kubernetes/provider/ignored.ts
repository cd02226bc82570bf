import { isFields, type KubernetesObject } from "../api/types/meta";
import { copy } from "../api/values/json";

/**
 * The configuration with what the program ignores as the cluster has it, so that an update neither fights another
 * manager for it nor takes it away.
 */
export function keepIgnored(
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  paths: readonly string[],
): KubernetesObject {
  if (live === undefined || paths.length === 0) return object;
  const next = copy(object);
  for (const path of paths) {
    const steps = path.match(/[^.[\]"]+/g) ?? [];
    const last = steps.pop();
    const [from, to] = [descend(live, steps), descend(next, steps)];
    if (last === undefined || to === undefined) continue;
    const value = from?.[last];
    if (value === undefined) delete to[last];
    else to[last] = copy(value);
  }
  return next;
}

function descend(value: unknown, steps: readonly string[]): Record<string, unknown> | undefined {
  let place: unknown = value;
  for (const step of steps) {
    if (Array.isArray(place)) place = place[Number(step)];
    else if (isFields(place)) place = place[step];
    else return undefined;
  }
  return isFields(place) ? place : undefined;
}
